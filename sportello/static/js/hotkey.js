// data-hotkey="r": the key clicks or focuses the element. "g q": one key after the other, within a second. "N": with Shift.
// "Mod+Enter" works while writing; single keys do not.
const isWriting = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true], [role=textbox]")
const isShown = (element) => element.checkVisibility?.() ?? true
let first = ""
let forgetting = 0

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.repeat || document.querySelector("dialog[open]")) return
  if (["Shift", "Control", "Meta"].includes(event.key)) return
  const isMod = event.ctrlKey || event.metaKey
  if (!isMod && isWriting(event.target)) return
  const key = isMod ? `Mod+${event.shiftKey ? "Shift+" : ""}${event.key}` : event.key
  const all = Array.from(document.querySelectorAll("[data-hotkey]"))
  const found = (first && all.filter((element) => element.dataset.hotkey === `${first} ${key}`)) || []
  if (!found.length) found.push(...all.filter((element) => element.dataset.hotkey === key))
  first = ""
  const scope = event.target.closest("form")
  const element = (isMod && scope && found.find((candidate) => candidate.form === scope && isShown(candidate))) || found.find(isShown) || found[0]
  if (!element) {
    if (isMod || !all.some(({ dataset }) => dataset.hotkey.startsWith(`${key} `))) return
    first = key
    clearTimeout(forgetting)
    forgetting = setTimeout(() => { first = "" }, 1000)
    return
  }
  event.preventDefault()
  element.matches("input, textarea, select") && element.type !== "radio" && element.type !== "checkbox" ? element.focus() : element.click()
})
