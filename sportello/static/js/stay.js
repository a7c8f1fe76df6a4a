// A button that was pressed by key, of a form that comes back to its page: it has the focus there too, else another one of its form ("down"
// of what is now the first); where the form has gone, reading goes on at the beginning of the content. After a field that was sent with
// Enter the page is free for its keys.
const NAME = "sportello-focus"

document.addEventListener("submit", (event) => {
  const form = event.target
  const [action, button] = [form.getAttribute("action"), document.activeElement]
  if (form.method !== "post" || !action || !button.matches("button[name]:focus-visible")) return
  const kept = { path: location.pathname, action, name: button.name, value: button.value }
  queueMicrotask(() => { if (!event.defaultPrevented) sessionStorage.setItem(NAME, JSON.stringify(kept)) })
})

function comeBack({ path, action, name, value }) {
  if (path !== location.pathname || document.activeElement !== document.body) return
  const buttons = Array.from(document.querySelectorAll(`form[action="${CSS.escape(action)}"] button:not([disabled])`))
  const named = buttons.filter((it) => it.name === name)
  ;(named.find((it) => it.value === value) ?? named[0] ?? buttons[0] ?? document.getElementById("main"))?.focus()
}

const kept = JSON.parse(sessionStorage.getItem(NAME))
sessionStorage.removeItem(NAME)
// Not before: going to the #place in an address takes the focus away.
if (kept) addEventListener("load", () => setTimeout(() => comeBack(kept)))
