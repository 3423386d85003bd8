// What core/clinics/map.py calls. Every text becomes a text node: names and addresses are third-party text.
"use strict";

window.clinicsMap = (() => {
  const UNITS_PER_DEGREE = 1000;
  const ROUTES = ["kakao", "naver", "google"];

  function prepare(map, { dark, attribution }) {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    map.createPane("outlines").style.zIndex = 150; // under the tiles, whose pane has 200
    map.attributionControl.setPrefix(false);
    for (const source of attribution) map.attributionControl.addAttribution(asMarkup(source));
    // Leaflet focuses the map when it is pressed. A page that scrolls it into view then moves the marker away from
    // under the finger, and the press is lost.
    const container = map.getContainer();
    const focus = container.focus.bind(container);
    container.focus = () => focus({ preventScroll: true });
    // The frame starts hidden or narrow: without this Leaflet keeps the first size it saw.
    new ResizeObserver(() => map.invalidateSize()).observe(container);
  }

  function outlines(target, { kind, rings }) {
    L.polygon(rings.map((ring) => [decode(ring)]), {
      pane: "outlines", className: `outline ${kind}`, interactive: false, smoothFactor: 0.5, weight: 1,
    }).addTo(target);
  }

  // Tiles that never come are taken away again, so that the outlines are not left under a grey sheet.
  function tiles(map, { url, maxZoom }) {
    let failed = 0;
    let loaded = false;
    const layer = L.tileLayer(url, { maxZoom });
    layer.on("tileload", () => { loaded = true; });
    layer.on("tileerror", () => { if (++failed >= 4 && !loaded) map.removeLayer(layer); });
    layer.addTo(map);
  }

  function origin(group, { position, label, radiusKm }) {
    if (radiusKm !== null) {
      L.circle(position, { radius: radiusKm * 1000, className: "search-radius", interactive: false }).addTo(group);
    }
    const icon = L.divIcon({ className: "origin", iconSize: [16, 16] });
    L.marker(position, { icon, interactive: false, keyboard: false, alt: label }).addTo(group);
  }

  function places(group, { places: cards, chosen, words }) {
    const cluster = L.markerClusterGroup({
      animate: false, showCoverageOnHover: false, maxClusterRadius: 24,
      // A sign before the number: bare numbers are places in the list.
      iconCreateFunction: (some) => L.divIcon({ html: `<div>×${some.getChildCount()}</div>`, className: "marker-cluster", iconSize: [40, 40] }),
    });
    let chosenMarker = null;
    for (const card of cards) {
      const isChosen = card.id === chosen;
      const marker = L.marker(card.position, { icon: badge(card.number, isChosen), title: card.name, alt: card.name });
      marker.bindPopup(popup(card, words), { maxWidth: 260, autoPanPadding: [12, 12] });
      // Streamlit reads the text of the tooltip: the hidden id says which clinic was pressed. A string, not an
      // element, because it reads it as markup; `asMarkup` has made it harmless.
      marker.bindTooltip(`<i hidden>${card.id} </i>${asMarkup(card.name)}`, { direction: "top", offset: [0, -12] });
      if (isChosen) chosenMarker = marker.setZIndexOffset(1000);
      marker.addTo(isChosen ? group : cluster);
    }
    cluster.addTo(group);
    if (chosenMarker) whenShown(group, () => chosenMarker.openPopup());
  }

  function whenShown(group, act) {
    if (group._map) act();
    else group.once("add", () => setTimeout(act, 0));
  }

  function badge(number, isChosen) {
    const html = document.createElement("span");
    html.textContent = number;
    return L.divIcon({ html, className: isChosen ? "place chosen" : "place", iconSize: [26, 26], popupAnchor: [0, -10] });
  }

  function popup(card, words) {
    const box = element("div", "card");
    box.append(
      element("strong", "", card.name),
      element("span", "note", [card.distance, card.address].filter(Boolean).join(" · ")),
    );
    const ways = element("div", "links");
    if (card.links.phone) ways.append(link(card.links.phone, card.phone));
    if (card.links.homepage) ways.append(link(card.links.homepage, words.homepage));
    const routes = element("div", "links");
    routes.append(element("span", "note", words.route), ...ROUTES.map((kind) => link(card.links[kind], words[kind])));
    box.append(ways, routes);
    return box;
  }

  function link(address, words) {
    const made = element("a", "", words);
    made.href = address;
    if (made.protocol !== "tel:") Object.assign(made, { target: "_blank", rel: "noopener noreferrer" });
    return made;
  }

  function element(name, className, words = "") {
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

  return { prepare, outlines, tiles, origin, places };
})();
