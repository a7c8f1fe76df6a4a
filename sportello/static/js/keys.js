// <dialog data-keys>: shows what every key does here: of each [data-hotkey] its name, and of [data-more-keys='{"j": "Next row"}']
// what a script listens to. Its own open button has the key "?".
const named = (element) => (element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.title || (element.querySelector(".truncate") ?? element).textContent).trim().replace(/\s+/g, " ")
const keyed = (text) => text.split(" ").map((part) => part.replace(/^\p{Lu}$/u, (letter) => `Shift+${letter.toLowerCase()}`).split("+").map((key) => {
  const cap = document.createElement("kbd")
  cap.className = "key"
  cap.textContent = { Mod: navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl", Enter: "↵", Shift: "⇧", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" }[key] ?? key
  return cap
})).flat()

function line([key, name]) {
  const row = document.createElement("div")
  row.className = "keys__line"
  row.append(Object.assign(document.createElement("dt"), { className: "keys__name", textContent: name }))
  const caps = document.createElement("dd")
  caps.append(...keyed(key))
  row.append(caps)
  return row
}

function gather(root) {
  const found = new Map()
  for (const element of root.querySelectorAll("[data-hotkey]")) if (!found.has(element.dataset.hotkey)) found.set(element.dataset.hotkey, named(element))
  for (const element of root.querySelectorAll("[data-more-keys]")) for (const [key, name] of Object.entries(JSON.parse(element.dataset.moreKeys))) found.set(key, name)
  return found
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows-keys]")
  const dialog = button && document.querySelector("dialog[data-keys]")
  if (!dialog) return
  const [here, everywhere] = [gather(document.querySelector("main")), gather(document.querySelector("body"))]
  for (const key of here.keys()) everywhere.delete(key)
  dialog.querySelector("[data-here]").replaceChildren(...Array.from(here, line))
  dialog.querySelector("[data-everywhere]").replaceChildren(...Array.from(everywhere, line))
  dialog.querySelector("[data-none]").hidden = here.size > 0
  dialog.showModal()
  dialog.scrollTop = 0
})
