// Two photos in one frame. The slider works here, in the browser: a picture sent for every step would lag behind it.
export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [figure, frame, earlier, later, edge, slider] =
    [".compare", ".frame", ".earlier", ".later", ".edge", "input"].map(find);
  const fades = data.mode === "fade";
  figure.classList.toggle("fade", fades);
  const pictures = { earlier: `data:image/jpeg;base64,${data.earlier}`, later: `data:image/jpeg;base64,${data.later}` };
  if (earlier.src !== pictures.earlier) earlier.src = pictures.earlier;
  if (later.src !== pictures.later) later.src = pictures.later;
  earlier.alt = data.alt;
  find(".from").textContent = data.from;
  find(".to").textContent = data.to;
  find(".name").textContent = data.label;

  const show = () => {
    const share = Number(slider.value);
    later.style.opacity = fades ? share / 100 : 1;
    later.style.clipPath = fades ? "none" : `inset(0 0 0 ${share}%)`;
    edge.style.left = `${share}%`;
    slider.setAttribute("aria-valuetext", `${share} %`);
  };
  const follow = (event) => {
    const box = frame.getBoundingClientRect();
    slider.value = Math.round((100 * (event.clientX - box.left)) / box.width);
    show();
  };
  slider.oninput = show;
  frame.onpointerdown = fades ? null : (event) => { frame.setPointerCapture(event.pointerId); follow(event); };
  frame.onpointermove = fades ? null : (event) => { if (frame.hasPointerCapture(event.pointerId)) follow(event); };
  show();
}
