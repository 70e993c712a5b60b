const newId = () => `lstm-${Math.random().toString(36).slice(2)}`;

// JupyterLab listens further out, where a plain key moves to another cell or deletes this one.
function keepPlainKeys(el) {
  el.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey || event.altKey;
    if (!command && !(event.shiftKey && event.key === "Enter")) event.stopPropagation();
  });
}
