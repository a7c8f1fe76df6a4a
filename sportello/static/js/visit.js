// <sp-visit><input type="hidden" name="visit">: the word of this visit, by which what one reader does counts once. It is random, says nothing
// of him, and goes with the window. A request that was sent ends the visit: what he asks next is another matter.
const KEY = "sportello-visit"
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")

if (document.querySelector("[data-sent-draft=new-request]")) try { sessionStorage.removeItem(KEY) } catch { /* nothing is kept here */ }

let word = random()
try {
  word = sessionStorage.getItem(KEY) ?? word
  sessionStorage.setItem(KEY, word)
} catch { /* A browser that keeps nothing: the visit is this page. */ }

customElements.define("sp-visit", class extends HTMLElement {
  connectedCallback() { this.querySelector("[name=visit]").value = word }
})
