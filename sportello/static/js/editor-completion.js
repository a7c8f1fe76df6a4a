// Completion in <sp-editor>: "@" colleagues, "/" at the start of a line macros, ":" emoji. Arrows, Enter or Tab, Escape.
// In English and in Italian: either is understood, and what is shown is in the language of the page.
const EMOJI = "smile sorriso 🙂|grin sorrisone 😀|laugh risata 😄|joy lacrime 😂|wink occhiolino 😉|blush rossore 😊|heart cuore ❤️|thumbsup pollicesu 👍|thumbsdown pollicegiù 👎|ok ok 👌|clap applauso 👏|pray preghiera 🙏|thanks grazie 🙏|wave saluto 👋|muscle forza 💪|party festa 🎉|tada evviva 🎉|rocket razzo 🚀|fire fuoco 🔥|star stella ⭐|sparkles scintille ✨|check fatto ✅|cross croce ❌|warning attenzione ⚠️|info info ℹ️|question domanda ❓|idea idea 💡|think penso 🤔|confused confuso 😕|sad triste 🙁|cry pianto 😢|sorry scusa 😔|sweat sudore 😅|cool forte 😎|eyes occhi 👀|search cerca 🔍|bug bug 🐛|wrench attrezzo 🔧|gear ingranaggio ⚙️|lock lucchetto 🔒|key chiave 🔑|computer computer 💻|printer stampante 🖨️|phone telefono 📞|mail posta 📧|calendar calendario 📅|clock orologio 🕒|hourglass clessidra ⏳|coffee caffè ☕|sun sole ☀️|rain pioggia 🌧️|gift regalo 🎁|book libro 📖|memo appunto 📝|pin puntina 📌|link collegamento 🔗|up su ⬆️|down giù ⬇️|right destra ➡️|left sinistra ⬅️".split("|").map((it) => it.split(" "))
const LANGUAGE = document.documentElement.lang.startsWith("it") ? 1 : 0
const KINDS = [
  [/(?:^|[\s(])@((?:[\p{L}'’.-]+ ?){0,3})$/u, async (editor) => (await colleagues(editor)).map((name) => ({ name, text: `@${name}\u00a0` }))],
  [/^\/([^\n/]{0,40})$/, (editor) => Array.from(editor.closest("form").querySelectorAll("[data-puts-in] option:not([value=''])"), ({ value, text }) => ({ name: text, macro: value }))],
  [/(?:^|\s):(\p{Ll}*)$/u, () => EMOJI.map((it) => ({ name: `${it[0]} ${it[1]}`, shown: `${it[2]} ${it[LANGUAGE]}`, text: it[2], isRare: true }))],
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
    if (wanted.endsWith(" ") && all.some(({ name }) => name.toLowerCase() === words)) return this.close() // It is complete.
    const found = all.filter(({ name }) => name.toLowerCase().split(/\s+/).some((part, at, parts) => parts.slice(at).join(" ").startsWith(words))).slice(0, 8)
    this.show(found, words.length)
  }

  // A colon is mostly a colon: Enter after it, or after one letter, is no choice of an emoji before an arrow was.
  show(found, length) {
    this.found = found
    this.at = found[0]?.isRare && length < 2 ? -1 : 0
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
    this.list.scrollIntoView({ block: "nearest" })
    this.mark()
  }

  mark() {
    const one = this.list.children[this.at]
    for (const it of this.list.children) it.setAttribute("aria-selected", it === one)
    one ? this.editor.box.setAttribute("aria-activedescendant", one.id) : this.editor.box.removeAttribute("aria-activedescendant")
    one?.scrollIntoView({ block: "nearest" })
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
    if (this.at < 0 && ["Enter", "Tab"].includes(event.key)) return this.close()
    event.preventDefault()
    event.stopImmediatePropagation()
    if (step) { this.at = (Math.max(this.at, step < 0 ? 0 : -1) + step + this.found.length) % this.found.length; return this.mark() }
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
