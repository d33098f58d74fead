/** Runs in the browser: the faults of the page that is shown. */
export function layoutProbe() {
  const main = document.querySelector('.col-content') ?? document.body;
  const faults = [];
  const range = document.createRange();
  for (const code of main.querySelectorAll('p code, li code, td code, h1, h2, h3')) {
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      for (const { 0: word, index } of (node.nodeValue ?? '').matchAll(/[\p{L}\p{N}_$]+/gu)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const lines = new Set(Array.from(range.getClientRects(), ({ top }) => Math.round(top)));
        if (lines.size > 1) faults.push(`'${word}' is broken over ${lines.size} lines`);
      }
    }
  }
  // Listings may be wide, and scroll; a picture made of bars is not seen unless it is seen whole.
  for (const pre of main.querySelectorAll('pre')) {
    if (pre.textContent.includes('█') && pre.scrollWidth > pre.clientWidth) faults.push('bars are cut off');
  }
  const menu = document.querySelector('.site-menu');
  for (const part of menu?.querySelectorAll('details') ?? []) part.open = true;
  const edge = menu?.getBoundingClientRect().right ?? Infinity;
  for (const entry of menu?.querySelectorAll('a') ?? []) {
    range.selectNodeContents(entry);
    if (range.getBoundingClientRect().right > edge)
      faults.push(`'${entry.textContent}' is cut off in the menu`);
  }
  return faults;
}

/** Runs in the browser. A page that is none of typedoc's has no menu to wait for. */
export function menuIsFilled() {
  return document.querySelector('#tsd-nav-container')?.childElementCount !== 0;
}
