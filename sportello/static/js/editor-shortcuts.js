// Markdown while typing in <sp-editor>: **bold**, *italic*, `code`, and at the start of a line "- ", "1. ", "> ", "# ", "```".
const BLOCKS = { "-": "makeUnorderedList", "*": "makeUnorderedList", "1.": "makeOrderedList", ">": "increaseQuoteLevel", "#": "bold", "##": "bold", "```": "code" }
const INLINE = [
  [/\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, "b"],
  [/(?<![*\w])\*([^*\s](?:[^*]*[^*\s])?)\*$/, "i"],
  [/`([^`]+)`$/, "code"],
]

function attach({ squire, box }) {
  if (!squire) return
  box.addEventListener("beforeinput", (event) => {
    if (event.inputType !== "insertText" || !/[ *`]/.test(event.data) || squire.hasFormat("PRE") || squire.hasFormat("CODE")) return
    squire.saveUndoState() // It may cut the text anew: before looking at it.
    const range = squire.getSelection()
    const { startContainer: node, startOffset: at } = range
    if (!range.collapsed || node.nodeType !== Node.TEXT_NODE) return
    const text = node.data.slice(0, at)
    if (event.data === " " || (event.data === "`" && text.endsWith("``"))) return block(squire, event, range, event.data === " " ? text : "```")
    inline(squire, event, range, text + event.data)
  })
}

function block(squire, event, range, text) {
  const mark = text.replace(/\u200b/g, "").trim()
  const { startContainer: node, startOffset: at } = range
  const start = node.parentNode.closest("div, li, p")
  if (!BLOCKS[mark] || node !== firstText(start) || start.nodeName === "LI") return
  event.preventDefault()
  node.deleteData(0, at)
  if (!start.textContent && !start.querySelector("br")) start.append(document.createElement("br"))
  const caret = document.createRange()
  caret.setStart(node.isConnected ? node : start, 0)
  squire.setSelection(caret)
  squire[BLOCKS[mark]]()
}

const firstText = (it) => document.createTreeWalker(it, NodeFilter.SHOW_TEXT).nextNode()

function inline(squire, event, range, text) {
  for (const [pattern, name] of INLINE) {
    const found = pattern.exec(text)
    if (!found) continue
    event.preventDefault()
    const { startContainer: node, startOffset: at } = range
    const rest = node.splitText(at)
    node.deleteData(found.index, node.length - found.index)
    const shaped = Object.assign(document.createElement(name), { textContent: found[1] })
    node.after(shaped)
    if (!/^[\s\u00a0]/.test(rest.data)) rest.insertData(0, "\u200b") // The caret stands outside of the shape.
    const caret = document.createRange()
    caret.setStart(rest, /^\u200b/.test(rest.data) ? 1 : 0)
    squire.setSelection(caret)
    return
  }
}

document.addEventListener("sp-editor-ready", ({ target }) => attach(target))
for (const it of document.querySelectorAll("sp-editor[ready]")) attach(it)
