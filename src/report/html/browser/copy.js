/** Lets buttons with `data-copy` copy the text of the element that they name. */
export function startCopying() {
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.addEventListener('click', async () => {
      const source = document.getElementById(/** @type {HTMLElement} */ (button).dataset.copy ?? '');
      if (!source) return;
      const isCopied = await copyText(source);
      button.textContent = isCopied ? 'Copied' : 'Selected';
    });
  }
}

/**
 * Copies an element's text; where the browser does not allow that, selects it.
 * @param {HTMLElement} source
 */
async function copyText(source) {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}
