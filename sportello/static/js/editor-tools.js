// The toolbar of <sp-editor>: shapes, a link, what opens a completion. One stop of Tab; arrows go along.
const TOGGLES = {
  B: (it) => (it.hasFormat("B") ? it.removeBold() : it.bold()),
  I: (it) => (it.hasFormat("I") ? it.removeItalic() : it.italic()),
  UL: (it) => (it.hasFormat("UL") ? it.removeList() : it.makeUnorderedList()),
  OL: (it) => (it.hasFormat("OL") ? it.removeList() : it.makeOrderedList()),
  BLOCKQUOTE: (it) => (it.hasFormat("BLOCKQUOTE") ? it.decreaseQuoteLevel() : it.increaseQuoteLevel()),
  CODE: (it) => it.toggleCode(),
}
const isIn = (squire, format) => squire.hasFormat(format) || (format === "CODE" && squire.hasFormat("PRE"))

function attach(editor) {
  const { squire } = editor
  const bar = editor.querySelector("[role=toolbar]")
  if (!squire || !bar) return
  const tools = Array.from(bar.querySelectorAll("button"))
  const only = (one) => tools.forEach((it) => { it.tabIndex = it === one ? 0 : -1 })
  only(tools[0])
  bar.addEventListener("mousedown", (event) => event.preventDefault()) // The text stays selected.
  bar.addEventListener("focusin", ({ target }) => only(target))
  bar.addEventListener("keydown", (event) => {
    const at = tools.indexOf(document.activeElement)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    tools.at(to % tools.length).focus()
  })
  bar.addEventListener("click", ({ target }) => {
    const { format, types } = target.closest("button")?.dataset ?? {}
    if (format === "A") return link(editor)
    if (format) TOGGLES[format](squire.focus())
    if (types) editor.insert({ text: /\s$|^$/.test(before(squire)) ? types : ` ${types}` })
  })
  squire.addEventListener("pathChange", () => {
    for (const it of tools) if (it.dataset.format) it.setAttribute("aria-pressed", isIn(squire, it.dataset.format))
  })
  const mod = navigator.platform.startsWith("Mac") ? "Meta" : "Ctrl"
  for (const key of ["k", "K"]) squire.setKeyHandler(`${mod}-Shift-${key}`, (_, event) => { event.preventDefault(); link(editor) })
}

function before(squire) {
  const { startContainer: node, startOffset: at } = squire.getSelection()
  return node.nodeType === Node.TEXT_NODE ? node.data.slice(0, at).replace(/\u200b/g, "") : ""
}

function link(editor) {
  const { squire } = editor
  if (squire.hasFormat("A")) return squire.removeLink()
  const dialog = editor.querySelector("[data-link]")
  const field = dialog.querySelector("[data-address]")
  const chosen = squire.getSelection().cloneRange()
  const finish = (isMeant) => {
    dialog.close()
    squire.setSelection(chosen).focus()
    const address = field.value.trim()
    if (isMeant && address) squire.makeLink(/^[a-z]+:/i.test(address) ? address : address.includes("@") ? `mailto:${address}` : `https://${address}`)
  }
  field.value = /^https?:\S+$/.test(squire.getSelectedText()) ? squire.getSelectedText() : ""
  dialog.onclick = ({ target }) => { if (target.matches("button")) finish(target.value === "yes") }
  dialog.onkeydown = (event) => { if (event.key === "Enter" && event.target === field) { event.preventDefault(); finish(true) } }
  dialog.oncancel = (event) => { event.preventDefault(); finish(false) }
  dialog.showModal()
  field.focus()
}

document.addEventListener("sp-editor-ready", ({ target }) => attach(target))
for (const it of document.querySelectorAll("sp-editor[ready]")) attach(it)
