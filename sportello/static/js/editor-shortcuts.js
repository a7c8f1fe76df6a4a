// Markdown while typing in <sp-editor>: **bold**, *italic*, `code`, and at the start of a line "- ", "1. ", "> ", "# ", "```".
const BLOCKS = { "-": "makeUnorderedList", "*": "makeUnorderedList", "1.": "makeOrderedList", ">": "increaseQuoteLevel", "#": "bold", "##": "bold", "```": "code" }
const INLINE = [
  [/\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, "b"],
  [/(?<![*\w])\*([^*\s](?:[^*]*[^*\s])?)\*$/, "i"],
  [/`([^`]+)`$/, "code"],
]

const titles = new WeakSet()

// The text before the caret in its node, undefined where there is none.
function caretOf(squire) {
  const { collapsed, startContainer, startOffset } = squire.getSelection()
  const [node, at] = startContainer.nodeType === Node.TEXT_NODE ? [startContainer, startOffset] : [startContainer.childNodes[startOffset - 1], Infinity]
  if (!collapsed || node?.nodeType !== Node.TEXT_NODE) return undefined
  return { node, at: Math.min(at, node.length), text: node.data.slice(0, at).replace(/\u00a0/g, " ") }
}

// To undo it gives back what was typed. Remembering that cuts the text into pieces: they are joined again.
function remember(squire) {
  squire.saveUndoState()
  squire.getRoot().normalize()
  return caretOf(squire)
}

function attach({ squire, box }) {
  if (!squire) return
  box.addEventListener("beforeinput", (event) => {
    if (event.inputType !== "insertText" || !/[ *`]/.test(event.data) || squire.hasFormat("PRE") || squire.hasFormat("CODE")) return
    const caret = caretOf(squire)
    if (!caret) return
    const mark = (event.data === "`" ? `${caret.text}\`` : caret.text).replace(/\u200b/g, "").trim()
    const isMark = BLOCKS[mark] && (event.data === " " || mark === "```")
    const found = INLINE.find(([pattern]) => pattern.test(caret.text + event.data))
    if (isMark ? block(squire, mark) : found && inline(squire, found, event.data)) event.preventDefault()
  })
  box.addEventListener("beforeinput", ({ inputType }) => { // Squire has begun the next line already, as bold as its title.
    const { startContainer: node } = squire.getSelection()
    if (inputType === "insertParagraph" && titles.has((node.closest ? node : node.parentNode).closest("div")?.previousElementSibling)) squire.removeBold()
  })
}

function block(squire, mark) {
  const { node, at } = remember(squire)
  const start = node.parentNode.closest("div, li, p")
  if (node !== document.createTreeWalker(start, NodeFilter.SHOW_TEXT).nextNode() || start.nodeName === "LI") return false
  node.deleteData(0, at)
  if (!start.textContent && !start.querySelector("br")) start.append(document.createElement("br"))
  place(squire, node, 0)
  squire[BLOCKS[mark]]()
  if (BLOCKS[mark] === "bold") titles.add(start)
  return true
}

function inline(squire, [pattern, name], typed) {
  const { node, at, text } = remember(squire)
  const found = pattern.exec(text + typed)
  if (!found) return false
  const rest = node.splitText(at)
  node.deleteData(found.index, node.length - found.index)
  node.after(Object.assign(document.createElement(name), { textContent: found[1] }))
  if (!/^[\s\u00a0]/.test(rest.data)) rest.insertData(0, "\u200b") // The caret stands outside of the shape.
  place(squire, rest, /^\u200b/.test(rest.data) ? 1 : 0)
  return true
}

function place(squire, node, at) {
  const caret = document.createRange()
  caret.setStart(node, at)
  squire.setSelection(caret)
}

document.addEventListener("sp-editor-ready", ({ target }) => attach(target))
for (const it of document.querySelectorAll("sp-editor[ready]")) attach(it)
