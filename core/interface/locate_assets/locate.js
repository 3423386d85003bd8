// Asks the device where it is. The answer goes to this page's session and nowhere else.
const REASONS = { 1: "denied", 2: "unavailable", 3: "timeout" };

export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  const words = button.querySelector("span");
  const rest = () => { words.textContent = data.locate; button.disabled = false; };
  rest();
  button.onclick = () => {
    if (!window.isSecureContext || !navigator.geolocation) {
      setTriggerValue("position", { refused: "insecure" });
      return;
    }
    button.disabled = true;
    words.textContent = data.locating;
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) => { rest(); setTriggerValue("position", { latitude, longitude, accuracy }); },
      ({ code }) => { rest(); setTriggerValue("position", { refused: REASONS[code] ?? "unavailable" }); },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  };
}
