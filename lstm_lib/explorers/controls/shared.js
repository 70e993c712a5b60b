const newId = () => `lstm-${Math.random().toString(36).slice(2)}`;

// JupyterLab listens further out, Notebook 7 before everyone else; to both a plain key says to move
// to another cell or to delete this one, unless what has the focus bears the attribute.
function keepPlainKeys(el, signal) {
  const isPlain = ({ ctrlKey, metaKey, altKey, shiftKey, key }) =>
    !(ctrlKey || metaKey || altKey || (shiftKey && key === "Enter"));
  const mark = (event) => el.contains(event.target) &&
    event.target.toggleAttribute("data-lm-suppress-shortcuts", isPlain(event));
  window.addEventListener("keydown", mark, { capture: true, signal });
  el.addEventListener("keydown", (event) => isPlain(event) && event.stopPropagation());
}
