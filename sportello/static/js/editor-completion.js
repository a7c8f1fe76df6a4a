// Completion in <sp-editor>: "@" colleagues, "/" at the start of a line macros, ":" emoji. Arrows, Enter or Tab, Escape.
const EMOJI = Object.fromEntries("smile 🙂|grin 😀|laugh 😄|joy 😂|wink 😉|blush 😊|heart ❤️|thumbsup 👍|thumbsdown 👎|ok 👌|clap 👏|pray 🙏|thanks 🙏|wave 👋|muscle 💪|party 🎉|tada 🎉|rocket 🚀|fire 🔥|star ⭐|sparkles ✨|check ✅|cross ❌|warning ⚠️|info ℹ️|question ❓|idea 💡|think 🤔|confused 😕|sad 🙁|cry 😢|sorry 😔|sweat 😅|cool 😎|eyes 👀|search 🔍|bug 🐛|wrench 🔧|gear ⚙️|lock 🔒|key 🔑|computer 💻|printer 🖨️|phone 📞|mail 📧|calendar 📅|clock 🕒|hourglass ⏳|coffee ☕|sun ☀️|rain 🌧️|gift 🎁|book 📖|memo 📝|pin 📌|link 🔗|up ⬆️|down ⬇️|right ➡️|left ⬅️".split("|").map((it) => it.split(" ")))
const KINDS = [
  [/(?:^|[\s(])@((?:[\p{L}'’.-]+ ?){0,3})$/u, async (editor) => (await colleagues(editor)).map((name) => ({ name, text: `@${name}\u00a0` }))],
  [/^\/([^\n/]{0,40})$/, (editor) => Array.from(editor.closest("form").querySelectorAll("[data-puts-in] option:not([value=''])"), ({ value, text }) => ({ name: text, macro: value }))],
  [/(?:^|\s):([a-z]*)$/, () => Object.entries(EMOJI).map(([name, text]) => ({ name, shown: `${text} ${name}`, text }))],
]
let names

function colleagues({ dataset }) {
  names ??= fetch(dataset.colleagues).then((it) => it.json()).then((it) => it.names).catch(() => { names = undefined; return [] })
  return names
}

class Completion {
  constructor(editor) {
    Object.assign(this, { editor, squire: editor.squire, list: editor.querySelector(".completion"), found: [], at: 0 })
    editor.field.addEventListener("input", () => this.look())
    editor.addEventListener("keydown", (event) => this.key(event), true)
    this.squire.addEventListener("blur", () => setTimeout(() => this.close(), 150))
    this.list.id = "completion"
    this.list.addEventListener("mousedown", (event) => { event.preventDefault(); this.choose(this.found[Array.from(this.list.children).indexOf(event.target.closest("li"))]) })
  }

  async look() {
    const range = this.squire.getSelection()
    const { startContainer: node, startOffset: end } = range
    const text = range.collapsed && node.nodeType === Node.TEXT_NODE ? node.data.slice(0, end).replace(/\u00a0/g, " ") : ""
    const kind = KINDS.find(([pattern]) => pattern.test(text.replace(/^\u200b/, "")))
    if (!kind) return this.close()
    const wanted = kind[0].exec(text.replace(/^\u200b/, ""))[1]
    this.token = { node, end, start: end - wanted.length - 1 }
    const all = await kind[1](this.editor)
    const words = wanted.trim().toLowerCase()
    const found = all.filter(({ name }) => name.toLowerCase().split(/\s+/).some((part, at, parts) => parts.slice(at).join(" ").startsWith(words))).slice(0, 8)
    this.show(found)
  }

  show(found) {
    this.found = found
    this.at = 0
    if (!found.length || this.token.node.length < this.token.end) return this.close()
    this.list.replaceChildren(...found.map(({ name, shown }, at) => Object.assign(document.createElement("li"), { id: `completion-${at}`, className: "completion__one", role: "option", textContent: shown ?? name })))
    const written = document.createRange()
    written.setStart(this.token.node, this.token.start)
    written.setEnd(this.token.node, this.token.end)
    const [caret, around] = [written.getBoundingClientRect(), this.editor.getBoundingClientRect()]
    this.list.style.setProperty("--completion-x", `${Math.max(0, Math.min(caret.left - around.left, around.width - 240))}px`)
    this.list.style.setProperty("--completion-y", `${caret.bottom - around.top}px`)
    this.list.hidden = false
    this.editor.box.setAttribute("aria-controls", "completion")
    this.mark()
  }

  mark() {
    Array.from(this.list.children, (it, at) => it.setAttribute("aria-selected", at === this.at))
    this.editor.box.setAttribute("aria-activedescendant", `completion-${this.at}`)
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" })
  }

  close() {
    this.list.hidden = true
    this.editor.box.removeAttribute("aria-activedescendant")
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step && !["Enter", "Tab", "Escape"].includes(event.key)) return
    if (event.ctrlKey || event.metaKey) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (step) { this.at = (this.at + step + this.found.length) % this.found.length; return this.mark() }
    event.key === "Escape" ? this.close() : this.choose(this.found[this.at])
  }

  choose(one) {
    this.close()
    if (!one) return
    const { node, start, end } = this.token
    const range = document.createRange()
    range.setStart(node, start)
    range.setEnd(node, end)
    this.squire.setSelection(range)
    if (one.text) return this.squire.insertPlainText(one.text, false)
    range.deleteContents()
    this.squire.setSelection(range)
    const choice = this.editor.closest("form").querySelector("[data-puts-in]")
    choice.value = one.macro
    choice.dispatchEvent(new Event("change", { bubbles: true }))
  }
}

// Whoever is named in an answer is named to the customer.
document.addEventListener("input", async ({ target }) => {
  const editor = target.closest?.("sp-editor")
  const hint = editor?.closest("form").querySelector("[data-notice=named]")
  if (hint) hint.hidden = !editor.text.includes("@") || !(await colleagues(editor)).some((name) => editor.text.includes(`@${name}`))
})

const attach = (editor) => { if (editor.squire && editor.querySelector(".completion")) new Completion(editor) }
document.addEventListener("sp-editor-ready", ({ target }) => attach(target))
for (const it of document.querySelectorAll("sp-editor[ready]")) attach(it)
