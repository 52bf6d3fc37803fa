import { script } from './script.js';
import { style } from './style.js';

const body = `
<main>
<h1>InternVL</h1>
<form id="form">
  <label id="key-row" hidden>Key <input id="key" type="password" autocomplete="off"></label>
  <div id="drop">
    <label>Images or PDF: choose, drop or paste <input id="files" type="file" accept="image/*,application/pdf" multiple></label>
    <div id="shown"></div>
    <button id="clear" type="button" hidden>Remove images</button>
  </div>
  <label>Question <textarea id="prompt" rows="3" required>Describe the image.</textarea></label>
  <div class="row">
    <label>Model <select id="model"></select></label>
    <label>Detail <select id="detail"><option>auto</option><option>low</option><option>medium</option><option>high</option></select></label>
    <button id="send">Ask</button>
  </div>
</form>
<p id="answer" aria-live="polite"></p>
<p id="note" role="status"></p>
</main>
`;

/** GET /: a page to try the server with, in one file that may run nothing else and talk to nobody else. */
export async function pageResponse(): Promise<Response> {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>InternVL</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>${body}<script>${script}</script></body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(script)}'`,
    `style-src '${await hashOf(style)}'`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'no-referrer',
    },
  });
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
