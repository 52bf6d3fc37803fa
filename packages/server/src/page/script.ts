/**
 * Script of the page: what a client of the interface does, in a screenful. Text of the model only ever becomes text,
 * never markup.
 */
export const script = `
'use strict';
const get = (id) => document.getElementById(id);
const images = [];
let running = null;

const headers = () => {
  const key = get('key').value.trim();
  return { 'content-type': 'application/json', ...(key && { authorization: 'Bearer ' + key }) };
};

async function listModels() {
  const response = await fetch('v1/models', { headers: headers() });
  get('key-row').hidden = response.status !== 401 && get('key').value === '';
  if (!response.ok) return;
  const { data } = await response.json();
  get('model').replaceChildren(...data.map(({ id }) => new Option(id, id)));
}

function show() {
  get('shown').replaceChildren(...images.map(({ url, name }, index) => {
    if (url.startsWith('data:application/pdf')) {
      const file = document.createElement('span');
      file.textContent = 'PDF: ' + name;
      return file;
    }
    const image = document.createElement('img');
    image.src = url;
    image.alt = 'Image ' + (index + 1);
    return image;
  }));
  get('clear').hidden = images.length === 0;
}

async function add(files) {
  for (const file of files) {
    if (!file.type.startsWith('image/') && file.type !== 'application/pdf') {
      tell(file.name + ' is neither an image nor a PDF.', true);
      continue;
    }
    const url = await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(file);
    });
    images.push({ url, name: file.name });
  }
  show();
}

function tell(text, wrong) {
  get('note').textContent = text;
  get('note').className = wrong ? 'error' : '';
}

async function ask() {
  running = new AbortController();
  get('send').textContent = 'Stop';
  get('answer').textContent = '';
  tell('…');
  const started = performance.now();
  try {
    const response = await fetch('v1/chat/completions', {
      method: 'POST',
      headers: headers(),
      signal: running.signal,
      body: JSON.stringify({
        model: get('model').value,
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: 'user', content: [
          ...images.map(({ url }) => ({ type: 'image_url', image_url: { url, detail: get('detail').value } })),
          { type: 'text', text: get('prompt').value },
        ] }],
      }),
    });
    if (!response.ok) throw new Error((await response.json()).error.message);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const events = (rest + value).split('\\n\\n');
      rest = events.pop();
      for (const event of events) {
        const data = event.replace(/^data: /, '');
        if (data === '[DONE]') continue;
        const chunk = JSON.parse(data);
        if (chunk.error) throw new Error(chunk.error.message);
        get('answer').textContent += chunk.choices[0]?.delta.content ?? '';
        if (chunk.usage) {
          const seconds = ((performance.now() - started) / 1000).toFixed(1);
          tell(chunk.usage.prompt_tokens + ' tokens read, ' + chunk.usage.completion_tokens + ' written, ' + seconds + ' s');
        }
      }
    }
  } catch (error) {
    if (running.signal.aborted) tell('Stopped.');
    else tell(error.message, true);
  } finally {
    running = null;
    get('send').textContent = 'Ask';
  }
}

get('form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (running) running.abort();
  else ask();
});
get('files').addEventListener('change', (event) => add(event.target.files));
get('clear').addEventListener('click', () => { images.length = 0; get('files').value = ''; show(); });
get('key').addEventListener('change', listModels);
document.addEventListener('paste', (event) => add(event.clipboardData.files));
const drop = get('drop');
for (const name of ['dragover', 'dragleave', 'drop']) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', name === 'dragover');
    if (name === 'drop') add(event.dataTransfer.files);
  });
}
listModels();
`;
