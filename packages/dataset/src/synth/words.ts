/** A word in both languages. */
export interface Word {
  readonly en: string;
  readonly zh: string;
}

export interface Colour extends Word {
  readonly rgb: Rgb;
}

export type Rgb = readonly [red: number, green: number, blue: number];

const words = (...pairs: readonly (readonly [en: string, zh: string])[]): readonly Word[] =>
  pairs.map(([en, zh]) => ({ en, zh }));

export const colours: readonly Colour[] = [
  { en: 'red', zh: '红色', rgb: [214, 40, 40] },
  { en: 'orange', zh: '橙色', rgb: [247, 127, 0] },
  { en: 'yellow', zh: '黄色', rgb: [245, 205, 30] },
  { en: 'green', zh: '绿色', rgb: [46, 160, 67] },
  { en: 'blue', zh: '蓝色', rgb: [36, 91, 219] },
  { en: 'purple', zh: '紫色', rgb: [130, 60, 190] },
  { en: 'pink', zh: '粉色', rgb: [240, 120, 180] },
  { en: 'brown', zh: '棕色', rgb: [121, 74, 40] },
  { en: 'black', zh: '黑色', rgb: [25, 25, 25] },
  { en: 'gray', zh: '灰色', rgb: [130, 130, 130] },
];

export const shapes = words(
  ['circle', '圆形'],
  ['square', '正方形'],
  ['triangle', '三角形'],
  ['star', '五角星'],
  ['diamond', '菱形'],
  ['cross', '十字形'],
);

export const sizes = words(['small', '小'], ['large', '大']);

/** The cells of a 3 × 3 grid, row by row. */
export const places = words(
  ['top left', '左上方'],
  ['top', '上方'],
  ['top right', '右上方'],
  ['left', '左侧'],
  ['center', '中央'],
  ['right', '右侧'],
  ['bottom left', '左下方'],
  ['bottom', '下方'],
  ['bottom right', '右下方'],
);

export const goods = words(
  ['apple', '苹果'],
  ['banana', '香蕉'],
  ['orange', '橙子'],
  ['grape', '葡萄'],
  ['lemon', '柠檬'],
  ['peach', '桃子'],
  ['bread', '面包'],
  ['rice', '米饭'],
  ['noodles', '面条'],
  ['soup', '汤'],
  ['cake', '蛋糕'],
  ['cookie', '饼干'],
  ['tea', '茶'],
  ['coffee', '咖啡'],
  ['milk', '牛奶'],
  ['juice', '果汁'],
  ['water', '水'],
  ['beer', '啤酒'],
  ['egg', '鸡蛋'],
  ['fish', '鱼'],
  ['chicken', '鸡肉'],
  ['beef', '牛肉'],
  ['tofu', '豆腐'],
  ['cheese', '奶酪'],
  ['pen', '钢笔'],
  ['book', '书'],
  ['paper', '纸'],
  ['cup', '杯子'],
  ['lamp', '台灯'],
  ['clock', '时钟'],
  ['shirt', '衬衫'],
  ['shoes', '鞋子'],
  ['hat', '帽子'],
  ['bag', '包'],
  ['key', '钥匙'],
  ['soap', '肥皂'],
);

export const stores = words(
  ['Blue River Cafe', '蓝河咖啡馆'],
  ['Sunrise Market', '日出超市'],
  ['Green Hill Store', '青山商店'],
  ['Golden Bakery', '金色面包房'],
  ['City Book Shop', '城市书店'],
  ['North Star Diner', '北星餐厅'],
  ['Panda Tea House', '熊猫茶馆'],
  ['Ocean Grill', '海洋烤肉店'],
  ['Happy Garden', '快乐花园'],
  ['Old Town Kitchen', '老城厨房'],
  ['Silver Moon Bar', '银月酒吧'],
  ['Red Lantern', '红灯笼'],
);

export const signs = words(
  ['open', '营业中'],
  ['closed', '休息'],
  ['exit', '出口'],
  ['entrance', '入口'],
  ['push', '推'],
  ['pull', '拉'],
  ['no smoking', '禁止吸烟'],
  ['no parking', '禁止停车'],
  ['quiet please', '请安静'],
  ['welcome', '欢迎光临'],
  ['danger', '危险'],
  ['wet floor', '小心地滑'],
  ['library', '图书馆'],
  ['hospital', '医院'],
  ['station', '车站'],
  ['museum', '博物馆'],
  ['restaurant', '餐厅'],
  ['toilet', '洗手间'],
  ['ticket office', '售票处'],
  ['elevator', '电梯'],
  ['school', '学校'],
  ['airport', '机场'],
  ['slow down', '减速慢行'],
  ['stop', '停'],
  ['keep left', '靠左行驶'],
  ['keep right', '靠右行驶'],
  ['for sale', '出售'],
  ['free parking', '免费停车'],
);

export const series = words(
  ['sales', '销量'],
  ['visitors', '访客'],
  ['rainfall', '降雨'],
  ['score', '得分'],
  ['income', '收入'],
  ['users', '用户'],
);
