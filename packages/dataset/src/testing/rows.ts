const things = ['bridge', 'market', 'river', 'station', 'garden', 'tower', 'kitchen', 'beach'];

/** Rows of InternVL's format with everything in them that must survive a translation. */
export function rowsOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const thing = things[at % things.length];
    const conversations = [
      {
        from: 'human',
        value: `<image>\nHow many people are standing near the old wooden ${thing} in picture ${at}?`,
      },
      {
        from: 'gpt',
        value: `There are ${at % 7} people, 12.5 km from <ref>the ${thing}</ref><box>[[10, 20, ${30 + (at % 900)}, 40]]</box>; the sign says "OPEN ${at}" and $x_${at}$ holds.`,
      },
    ];
    return JSON.stringify({
      id: `row-${at}`,
      image: `images/${at}.jpg`,
      width: 640,
      height: 480,
      conversations,
    });
  });
}
