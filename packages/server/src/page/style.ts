/** Style of the page; follows the reader's choice of light or dark. */
export const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
html { color: light-dark(#1b1b1b, #e8e8e8); background: light-dark(#fff, #161616); }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; }
form { display: grid; grid-template-columns: minmax(0, 1fr); gap: .75rem; }
[hidden] { display: none !important; }
label { display: grid; min-width: 0; gap: .25rem; font-size: .875rem; }
textarea, select, input, button { box-sizing: border-box; max-width: 100%; font: inherit; padding: .5rem; border: 1px solid #8888; border-radius: .375rem; }
#drop { border: 2px dashed #8888; border-radius: .5rem; padding: 1rem; min-height: 6rem; }
#drop.over { border-color: #36c; }
#shown { display: flex; flex-wrap: wrap; gap: .5rem; }
#shown img { max-height: 10rem; max-width: 100%; border-radius: .25rem; }
.row { display: flex; gap: .5rem; flex-wrap: wrap; align-items: end; }
button { cursor: pointer; }
#answer { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid #36c; padding-left: .75rem; min-height: 3rem; }
#note { color: light-dark(#595959, #a6a6a6); font-size: .875rem; }
#note.error { color: light-dark(#b3261e, #f2b8b5); }
`;
