// What the list of clinics needs of the browser: copy an address, print, go to the map, and keep the chosen clinic in sight.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no clipboard but this one.
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

export default function ({ data }) {
  const press = async ({ target }) => {
    const button = target.closest?.(".ss-copy");
    if (target.closest?.(".ss-print-now")) window.print();
    if (target.closest?.(".ss-to-map")) document.querySelector(".st-key-clinics_mapped")?.scrollIntoView();
    if (!button) return;
    const before = data.copy;
    button.textContent = (await copy(button.dataset.copy)) ? data.copied : data.copy_failed;
    setTimeout(() => { button.textContent = before; }, 2500);
  };
  document.addEventListener("click", press);
  // Only the list is moved, never the page: on a phone the map would leave the screen under the finger.
  const list = document.querySelector(".st-key-clinics_list");
  const chosen = list?.querySelector(`.st-key-clinic_chosen_${data.chosen}`);
  if (chosen && list.scrollHeight > list.clientHeight) {
    const [outer, inner] = [list.getBoundingClientRect(), chosen.getBoundingClientRect()];
    if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top + 8;
    else if (inner.bottom > outer.bottom) list.scrollTop += Math.min(inner.bottom - outer.bottom + 8, inner.top - outer.top);
  }
  return () => document.removeEventListener("click", press);
}
