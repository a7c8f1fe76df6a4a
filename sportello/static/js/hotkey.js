// data-hotkey="r": the key clicks or focuses the element. "Mod+Enter" works while writing; single keys do not.
const isWriting = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.repeat || document.querySelector("dialog[open]")) return
  const isMod = event.ctrlKey || event.metaKey
  if (!isMod && isWriting(event.target)) return
  const key = isMod ? `Mod+${event.key}` : event.key
  const found = Array.from(document.querySelectorAll("[data-hotkey]")).filter((element) => element.dataset.hotkey === key)
  const scope = event.target.closest("form")
  const element = (isMod && scope && found.find((candidate) => candidate.form === scope)) || found[0]
  if (!element) return
  event.preventDefault()
  element.matches("input, textarea, select") && element.type !== "radio" ? element.focus() : element.click()
})
