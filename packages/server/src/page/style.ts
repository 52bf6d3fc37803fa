/** Style of the page; follows the reader's choice of light or dark. */
export const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; }
form { display: grid; gap: .75rem; }
[hidden] { display: none !important; }
label { display: grid; gap: .25rem; font-size: .875rem; }
textarea, select, input, button { font: inherit; padding: .5rem; border: 1px solid #8888; border-radius: .375rem; }
#drop { border: 2px dashed #8888; border-radius: .5rem; padding: 1rem; min-height: 6rem; }
#drop.over { border-color: #36c; }
#shown { display: flex; flex-wrap: wrap; gap: .5rem; }
#shown img { max-height: 10rem; max-width: 100%; border-radius: .25rem; }
.row { display: flex; gap: .5rem; flex-wrap: wrap; align-items: end; }
button { cursor: pointer; }
#answer { white-space: pre-wrap; border-left: 3px solid #36c; padding-left: .75rem; min-height: 3rem; }
#note { color: #888; font-size: .875rem; }
.error { color: #c33; }
`;
