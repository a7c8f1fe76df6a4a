// <sp-editor data-editor="….mjs"><template>html</template><textarea>…: the plain field becomes a rich one as soon as the editor has come,
// and the form carries `html` beside it. Says "sp-editor-ready"; "sp-insert" {text, html} on its form puts something in at the caret.
const KEPT = new Set("A B BLOCKQUOTE BR CODE DIV EM I IMG LI OL P PRE S STRONG U UL".split(" "))
const DROPPED = "script, style, title, template, meta, link, xml, svg, math, iframe, object, noscript"
const BLOCKS = /^(H[1-6]|TR|SECTION|ARTICLE|HEADER|FOOTER|TABLE|DL|DT|DD|FIGURE)$/
const escaped = (text) => text.replace(/[&<>"]/g, (it) => `&#${it.charCodeAt(0)};`)
const asHtml = (text) => text.split("\n").map((line) => `<div>${escaped(line).replace(/ {2}/g, " &nbsp;") || "<br>"}</div>`).join("")

// Our policy complains of styles and handlers even where nothing runs them.
const inert = (html) => html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on[a-z]+)\s*=/gi, (_, name) => ` data-${/^s/i.test(name) ? "style" : "gone"}=`))

// What comes from Word, from a mail or from a page: its words, and of their shape what an answer may have. The server cleans again.
function clean(html) {
  const { body } = new DOMParser().parseFromString(inert(html), "text/html")
  for (const it of body.querySelectorAll(DROPPED)) it.remove()
  for (const it of Array.from(body.querySelectorAll("*")).reverse()) tidy(it)
  const fragment = document.createDocumentFragment()
  for (const it of Array.from(body.childNodes)) if (it.nodeType !== Node.COMMENT_NODE) fragment.append(document.importNode(it, true))
  return fragment
}

function tidy(it) {
  const { nodeName: name, dataset: { style = "" } } = it
  const weight = /font-weight:\s*(\w+)/.exec(style)?.[1]
  const shape = name[0] === "H" && BLOCKS.test(name) ? "B" : name === "SPAN" && /bold|[6-9]00/.test(weight) ? "B" : name === "SPAN" && /font-style:\s*italic/.test(style) ? "I" : ""
  if (shape) wrap(it, shape)
  if (/^T[DH]$/.test(name) && it.previousElementSibling) it.before(" | ") // As the text of a mail shows a table.
  if (BLOCKS.test(name)) wrap(it, "DIV")
  const isForeign = name === "IMG" && !/^\/tickets\/\d+\/draft\/files\//.test(it.getAttribute("src") ?? "")
  if (isForeign) return it.remove()
  if (!KEPT.has(name) || (name === "B" && /normal|400/.test(weight))) return it.replaceWith(...it.childNodes)
  for (const { name: attribute, value } of Array.from(it.attributes)) {
    const stays = (attribute === "href" && /^(https?|mailto|tel):/i.test(value)) || (name === "IMG" && (attribute === "src" || attribute === "alt"))
    if (!stays) it.removeAttribute(attribute)
  }
}

function wrap(it, name) {
  const around = it.ownerDocument.createElement(name)
  around.append(...it.childNodes)
  it.append(around)
}

class Editor extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea")
    this.field.form.addEventListener("formdata", ({ formData }) => formData.set("html", this.html))
    this.field.form.addEventListener("sp-insert", ({ detail }) => this.insert(detail))
    this.start()
  }

  disconnectedCallback() { this.squire?.destroy() }

  async start() {
    const Squire = await import(this.dataset.editor).then((found) => found.default, () => null) // Without it the plain field stays.
    if (!this.isConnected || this.box) return
    if (Squire) this.take(Squire)
    this.dispatchEvent(new CustomEvent("sp-editor-ready", { bubbles: true }))
  }

  take(Squire) {
    const { field } = this
    this.box = Object.assign(document.createElement("div"), { className: "composer__text editor__box", role: "textbox", tabIndex: 0 })
    for (const name of ["aria-label", "aria-invalid", "aria-describedby"]) if (field.hasAttribute(name)) this.box.setAttribute(name, field.getAttribute(name))
    this.box.setAttribute("aria-multiline", "true")
    this.box.dataset.placeholder = field.placeholder
    const hadFocus = document.activeElement === field || field.autofocus
    field.before(this.box)
    this.squire = new Squire(this.box, { sanitizeToDOMFragment: clean, didError: (error) => console.error(error) })
    this.squire._imageResizer.destroy() // Its handles need styles that our policy refuses.
    const html = this.querySelector("template").innerHTML
    this.write(html && field.value === field.defaultValue ? { html } : { text: field.value })
    this.squire.addEventListener("input", () => this.changed())
    this.addEventListener("keydown", (event) => this.wipe(event), true)
    field.hidden = true
    this.toggleAttribute("ready", true)
    if (hadFocus) this.focus()
  }

  get text() { return this.squire ? this.box.innerText.replace(/\u00a0|\u200b/g, (it) => (it === "\u00a0" ? " " : "")).replace(/\n{3,}/g, "\n\n").trim() : this.field.value }
  get isEmpty() { return !this.text && !this.box?.querySelector("img") }
  get html() { return this.squire && !this.isEmpty ? this.squire.getHTML() : "" }

  // All that stands in it.
  write({ text = "", html = "" }) {
    if (!this.squire) { this.field.value = text; return }
    this.squire.setHTML(html || asHtml(text))
    this.squire.moveCursorToEnd()
    this.changed(false)
  }

  insert({ text = "", html = "" }) {
    if (!this.squire) { this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end"); this.tell(); return }
    this.focus()
    const isApart = html || text.includes("\n")
    if (isApart && this.hasBegunLine()) this.squire.splitBlock(false) // Its first line would go on with this one.
    if (isApart) this.squire.insertHTML(html || asHtml(text))
    else this.squire.insertPlainText(text, false)
    this.changed()
  }

  hasBegunLine() {
    const { startContainer: node } = this.squire.getSelection()
    const line = (node.closest ? node : node.parentNode).closest("div, li, p, pre")
    return line !== this.box && Boolean(line?.textContent.replace(/\u200b/g, "").trim())
  }

  // Of a list or a quotation that is deleted as a whole Squire leaves an empty one.
  wipe({ key }) {
    if (!["Delete", "Backspace"].includes(key) || this.squire.getSelection().collapsed) return
    setTimeout(() => {
      if (!this.isEmpty) return
      this.squire.getRoot().replaceChildren(Object.assign(document.createElement("div"), { innerHTML: "<br>" }))
      this.squire.moveCursorToStart()
    })
  }

  focus() { this.squire ? this.squire.focus() : this.field.focus() }

  changed(tells = true) {
    const html = this.box.innerHTML
    if (html === this.was) return // Squire tells of its own attributes, too.
    this.was = html
    this.field.value = this.text
    this.box.classList.toggle("editor__box--empty", this.isEmpty && !this.box.querySelector("ul, ol, blockquote, pre"))
    if (tells) this.tell()
  }

  tell() { this.field.dispatchEvent(new Event("input", { bubbles: true })) }
}

customElements.define("sp-editor", Editor)

// r and n choose who reads it, and one goes on by writing.
document.addEventListener("click", ({ target }) => {
  if (target.matches?.("[name=kind]") && document.activeElement !== target && !target.closest("label")?.matches(":hover")) target.form.querySelector("sp-editor")?.focus()
})
