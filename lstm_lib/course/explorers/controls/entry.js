const listed = (letters) => [...letters].join(", ").replace(/, ([^,]*)$/, " and $1");

// Why a string cannot be meant; empty if it can.
function trouble(typed, { letters, longest }) {
  const strange = [...typed].find((letter) => !letters.includes(letter));
  if (strange) return `Only ${listed(letters)} count here; \u201c${strange}\u201d is none of them.`;
  return typed.length > longest ? `At most ${longest} letters; these are ${typed.length}.` : "";
}

function render({ model, el }) {
  const id = newId();
  const get = (key) => model.get(key);
  el.classList.add("lstm-control", "lstm-entry");
  el.innerHTML = `<label for="${id}"></label><input id="${id}" type="text" autocomplete="off"
    autocapitalize="off" autocorrect="off" spellcheck="false" aria-describedby="${id}-says"><span
    id="${id}-says" role="status"></span>`;
  const [label, field, says] = el.children;

  function judge() {
    const found = trouble(field.value, { letters: get("letters"), longest: get("longest") });
    field.ariaInvalid = found ? "true" : null;
    says.textContent = found && `${found} The picture stays as it was.`;
    return !found;
  }

  function show() {
    label.textContent = get("label");
    Object.assign(field, { ariaLabel: get("name") || get("label"), disabled: get("disabled") });
    // Not while it is the same: the caret would jump to the end.
    if (field.value !== get("value")) field.value = get("value");
    judge();
  }

  field.addEventListener("input", () => {
    if (!judge()) return;
    model.set("value", field.value);
    model.save_changes();
  });
  field.addEventListener("keydown", ({ key }) => key === "Escape" && show());
  keepPlainKeys(el);
  model.on("change:value change:label change:name change:disabled", show);
  model.on("change:letters change:longest", judge);
  show();
}

export default { render };
