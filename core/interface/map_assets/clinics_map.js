// What core/clinics/map.py calls. Every text becomes a text node: names and addresses are third-party text.
// The map lives as long as its frame; `show` lays over it what a search found and keeps what did not change.
"use strict";

window.clinicsMap = (() => {
  const UNITS_PER_DEGREE = 1000;
  const POSITION_UNITS = 1e5;
  const CLOSE_ENOUGH_ZOOM = 14;
  const TOO_COARSE = 2.4; // as many times higher than the view is what its cells were made for
  const ROUTES = ["kakao", "naver", "google"];
  const SAFE = new Set(["http:", "https:", "tel:"]);

  let map = null;
  let shown = null; // the last argument of `show`
  let drawn = ""; // what the clusters hold, written out
  let cluster = null;
  let search = null; // the origin with its radius
  let chosen = null; // the marker of the chosen clinic, outside of the clusters
  let card = null; // its popup
  let frame = ""; // the view that was last asked for
  let touched = false; // whether somebody has moved the map since
  let byKeyboard = false;
  let events = 0;

  function prepare(made, { dark, attribution, words }) {
    map = made;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    map.createPane("outlines").style.zIndex = 150; // under the tiles, whose pane has 200
    map.attributionControl.setPrefix(false);
    for (const source of attribution) map.attributionControl.addAttribution(asMarkup(source));
    const container = map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", words.map);
    // The frame's own title names the library that drew it.
    window.frameElement?.setAttribute("aria-label", words.map);
    // Leaflet focuses the map when it is pressed. A page that scrolls it into view then moves the marker away from
    // under the finger, and the press is lost.
    const focus = container.focus.bind(container);
    container.focus = () => focus({ preventScroll: true });
    for (const event of ["pointerdown", "wheel", "keydown"]) {
      container.addEventListener(event, () => { touched = true; }, { passive: true });
    }
    // The frame starts hidden or narrow: without this Leaflet keeps the first size it saw.
    new ResizeObserver(() => { map.invalidateSize(); if (!touched) fit(); }).observe(container);
    drawOutlines();
    addCentreButton(words.from_centre);
    offerTapped(words.from_here);
    let timer = 0;
    map.on("moveend", () => { clearTimeout(timer); timer = setTimeout(askForView, 200); });
  }

  function drawOutlines() {
    const { provinces, borders } = window.clinicsOutlines;
    const usual = { pane: "outlines", interactive: false, smoothFactor: 0.6 };
    L.polygon(provinces.map((ring) => [decode(ring)]), { ...usual, className: "outline province", weight: 1.2 }).addTo(map);
    L.polyline(borders.map(decode), { ...usual, className: "outline district", weight: 0.7 }).addTo(map);
  }

  // Tiles that stop coming are taken away, so that the outlines are not left under a half-drawn sheet; they are tried
  // again later.
  function tiles(made, { url, maxZoom, attribution }) {
    const layer = L.tileLayer(url, { maxZoom, attribution: asMarkup(attribution) });
    let missing = 0;
    let wait = 60_000;
    layer.on("tileload", () => { missing = Math.max(0, missing - 0.5); });
    layer.on("tileerror", ({ tile }) => {
      tile.remove();
      if (++missing < 4 || !made.hasLayer(layer)) return;
      made.removeLayer(layer);
      setTimeout(() => { missing = 0; layer.addTo(made); }, wait);
      wait = Math.min(wait * 2, 900_000);
    });
    layer.addTo(made);
  }

  function show(_group, next) {
    const before = shown;
    shown = next;
    drawSearch(next.origin, before?.origin);
    drawPlaces(next);
    if (next.frame.join() !== frame) {
      frame = next.frame.join();
      touched = false;
      fit();
    }
    if (next.chosen?.position && next.chosen.id !== before?.chosen?.id) bringIntoView(next.chosen.position);
    drawChosen(next, before);
  }

  function fit() {
    if (!frame || !map.getSize().x) return;
    const [south, west, north, east] = shown.frame;
    map.stop().fitBounds([[south, west], [north, east]], { animate: false });
    if (card?.isOpen()) {
      bringIntoView(card.getLatLng());
      card.update();
    }
  }

  function bringIntoView(position) {
    if (!map.getBounds().pad(-0.1).contains(position)) map.setView(position, Math.max(map.getZoom(), 11), { animate: false });
  }

  function drawSearch(origin, before) {
    if (JSON.stringify(origin) === JSON.stringify(before)) return;
    search?.remove();
    search = L.layerGroup().addTo(map);
    if (origin.radiusKm !== null) {
      L.circle(origin.position, { radius: origin.radiusKm * 1000, className: "search-radius", interactive: false }).addTo(search);
    }
    const icon = L.divIcon({ className: origin.mine ? "origin mine" : "origin", iconSize: [16, 16] });
    const marker = L.marker(origin.position, { icon, keyboard: false, interactive: true, zIndexOffset: -1000 });
    marker.bindTooltip(asMarkup(origin.label), { direction: "top", offset: [0, -8] }).addTo(search);
  }

  function drawPlaces({ points, cells, words }) {
    const written = JSON.stringify([points, cells, words.kinds]);
    if (written === drawn) return;
    drawn = written;
    cluster?.remove();
    cluster = L.markerClusterGroup({
      animate: false, showCoverageOnHover: false, maxClusterRadius: 60, spiderfyDistanceMultiplier: 2,
      iconCreateFunction: (some) => {
        const all = some.getAllChildMarkers().map((marker) => marker.options);
        const sum = (name) => all.reduce((total, one) => total + Math.max(one[name], 0), 0);
        return clusterIcon(sum("count"), sum("specialists"));
      },
    });
    cluster.addLayers(points.map(([id, name, lat, lon, kind, specialists]) => {
      const position = [lat / POSITION_UNITS, lon / POSITION_UNITS];
      return placeMarker({ id, name, position, kind, specialists }, false);
    }));
    for (const cell of cells) cluster.addLayer(cellMarker(cell));
    cluster.addTo(map);
    cluster.on("clustermouseover", ({ layer }) => layer.getElement()?.setAttribute("title", words.open));
  }

  // A part of the map with more places than are sent: pressed, the map goes there and asks for them.
  function cellMarker([lat, lon, count, specialists, south, west, north, east]) {
    const icon = clusterIcon(count, specialists);
    const marker = L.marker([lat / POSITION_UNITS, lon / POSITION_UNITS], { icon, count, specialists });
    const bounds = [[south, west], [north, east]].map((corner) => corner.map((value) => value / POSITION_UNITS));
    onPress(marker, () => {
      const closer = Math.min(Math.max(map.getBoundsZoom(bounds), map.getZoom() + 1), map.getMaxZoom());
      map.setView(L.latLngBounds(bounds).getCenter(), closer);
    });
    return marker;
  }

  function drawChosen({ chosen: clinic, words }, before) {
    if (JSON.stringify(clinic) === JSON.stringify(before?.chosen) && chosen) return;
    chosen?.remove();
    card?.getElement()?.remove(); // at once: two cards for the time of a fade are one too many
    card?.remove();
    chosen = card = null;
    if (!clinic?.position) return;
    chosen = placeMarker(clinic, true).setZIndexOffset(2000).addTo(map);
    card = L.popup({ maxWidth: 280, minWidth: 220, autoPanPaddingTopLeft: [58, 14], autoPanPaddingBottomRight: [14, 14], offset: [0, -8], closeButton: true })
      .setLatLng(clinic.position).setContent(cardOf(clinic, words)).openOn(map);
    card.getElement()?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", words.close);
    if (byKeyboard) card.getElement()?.querySelector(".card")?.focus({ preventScroll: true });
    byKeyboard = false;
  }

  function placeMarker({ id, name, position, kind, specialists }, isChosen) {
    const label = specialists > 0 ? `${shown.words.kinds[kind]} ${specialists}` : shown.words.kinds[kind];
    const html = element("span", "", label);
    html.append(element("span", "unseen", ` ${name}`));
    const className = `place kind-${kind}${isChosen ? " chosen" : ""}`;
    const icon = L.divIcon({ html, className, iconSize: null });
    const marker = L.marker(position, { icon, count: 1, specialists });
    marker.bindTooltip(asMarkup(name), { direction: "top", offset: [0, -14] });
    if (isChosen) onPress(marker, () => card?.openOn(map));
    else onPress(marker, () => tell({ kind: "choose", id }));
    return marker;
  }

  function onPress(marker, act) {
    marker.on("click", () => { byKeyboard = false; act(); });
    marker.on("keypress", ({ originalEvent }) => { if (originalEvent.key === "Enter") { byKeyboard = true; act(); } });
  }

  function clusterIcon(count, specialists) {
    const html = element("div", "", "");
    html.append(element("b", "", shown.words.count.replace("0", count.toLocaleString())));
    if (specialists > 0) html.append(element("small", "", shown.words.specialists.replace("0", specialists.toLocaleString())));
    return L.divIcon({ html, className: "marker-cluster", iconSize: [68, 40] });
  }

  function askForView() {
    if (!shown || shown.covered === null) return;
    const bounds = map.getBounds();
    const [south, west, north, east] = shown.covered;
    const inside = L.latLngBounds([[south, west], [north, east]]).contains(bounds);
    const coarse = shown.cells.length > 0 && north - south > TOO_COARSE * (bounds.getNorth() - bounds.getSouth());
    if (inside && !coarse) return;
    tell({ kind: "view", south: bounds.getSouth(), west: bounds.getWest(), north: bounds.getNorth(), east: bounds.getEast() });
  }

  // Only reaches the application on this page; counted, so that the same press twice is two events.
  function tell(event) {
    window.Streamlit?.setComponentValue({ ...event, number: ++events });
  }

  function offerTapped(words) {
    let closesCard = false;
    map.on("preclick", () => { closesCard = Boolean(map._popup?.isOpen()); });
    map.on("click", ({ latlng, originalEvent }) => {
      if (closesCard || !originalEvent) return;
      const button = element("button", "from-here", words);
      button.type = "button";
      const popup = L.popup({ closeButton: false, autoPan: false, className: "offer" }).setLatLng(latlng).setContent(button);
      button.addEventListener("click", () => { popup.remove(); searchFrom(latlng); });
      popup.openOn(map);
    });
  }

  function addCentreButton(words) {
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const bar = element("div", "leaflet-bar");
      const button = element("a", "from-centre");
      Object.assign(button, { href: "#", role: "button", title: words });
      button.setAttribute("aria-label", words);
      bar.append(button);
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.on(button, "click", (event) => { L.DomEvent.preventDefault(event); searchFrom(map.getCenter()); });
      return bar;
    };
    control.addTo(map);
  }

  function searchFrom({ lat, lng }) {
    tell({ kind: "from", latitude: lat, longitude: lng });
  }

  function cardOf(clinic, words) {
    const box = element("div", "card");
    box.tabIndex = -1;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", clinic.name);
    box.append(element("strong", "", clinic.name));
    for (const line of clinic.lines) box.append(element("span", "", line));
    if (clinic.address) {
      const address = element("span", "note", `${clinic.address} `);
      address.append(copyButton(clinic.address, words));
      box.append(address);
    }
    for (const line of clinic.hours) box.append(element("span", "note", line));
    const ways = clinic.ways.map(([label, address]) => link(address, label)).filter(Boolean);
    if (ways.length) box.append(row(ways));
    const routes = ROUTES.map((kind) => link(clinic.routes[kind], words[kind])).filter(Boolean);
    if (routes.length) box.append(row([element("span", "note", words.route), ...routes]));
    return box;
  }

  function row(parts) {
    const made = element("div", "links");
    made.append(...parts);
    return made;
  }

  function copyButton(text, words) {
    const button = element("button", "copy", words.copy);
    button.type = "button";
    button.addEventListener("click", async () => {
      button.textContent = (await copy(text)) ? words.copied : words.copy_failed;
      setTimeout(() => { button.textContent = words.copy; }, 2500);
    });
    button.setAttribute("aria-live", "polite");
    return button;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Without HTTPS there is no clipboard but this one.
      const field = document.body.appendChild(Object.assign(element("textarea", "unseen"), { value: text }));
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  }

  function link(address, words) {
    if (!address) return null;
    const made = element("a", "", words);
    made.href = address;
    if (!SAFE.has(made.protocol)) return null;
    if (made.protocol !== "tel:") Object.assign(made, { target: "_blank", rel: "noopener noreferrer" });
    return made;
  }

  function element(name, className = "", words = "") {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = words;
    return made;
  }

  function asMarkup(words) {
    return element("span", "", words).innerHTML;
  }

  function decode(steps) {
    const points = [];
    let lon = 0;
    let lat = 0;
    for (let i = 0; i < steps.length; i += 2) {
      lon += steps[i];
      lat += steps[i + 1];
      points.push([lat / UNITS_PER_DEGREE, lon / UNITS_PER_DEGREE]);
    }
    return points;
  }

  return { prepare, tiles, show };
})();
