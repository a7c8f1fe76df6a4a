// form[data-sends=page]: sent without leaving the page, so that whatever fails is said beside what was typed; then the page is drawn anew.
// Its button [data-usual] becomes the way of sending ([data-way]) that was used last.
const KEY = "sportello-way"

document.addEventListener("submit", async (event) => {
  const [form, button] = [event.target, event.submitter]
  if (!form.dataset.sends || event.defaultPrevented) return
  const keep = form.closest("sp-keep")
  if (button?.hasAttribute("formaction")) { // Something else than sending, which leaves the page.
    if (keep) keep.isSent = true
    return
  }
  event.preventDefault()
  if (form.dataset.sending) return
  form.dataset.sending = "yes"
  button?.setAttribute("aria-busy", "true")
  if (button?.matches("[data-way], [data-usual]")) localStorage.setItem(KEY, button.value)
  await keep?.settled()
  const asked = { method: "POST", body: new FormData(form, button), redirect: "manual", headers: { accept: "application/json" } }
  const answer = await fetch(form.action, asked).catch(() => null)
  if (answer?.status === 204) keep?.forget()
  if (answer?.status === 204 || answer?.type === "opaqueredirect") { // Said; or the session is over, and one signs in first.
    history.replaceState(null, "", `${form.dataset.sends}#latest`)
    history.scrollRestoration = "manual"
    return location.reload()
  }
  delete form.dataset.sending
  button?.removeAttribute("aria-busy")
  if (keep) keep.isSent = false
  if (answer?.status === 422) return draw(await answer.text())
  if (answer?.status === 403) return keep?.notice("expired")
  fail(form, answer, button)
})

function fail(form, answer, button) {
  const notice = form.querySelector("[data-notice=failed]")
  const detail = notice.querySelector("[data-detail]")
  detail.textContent = answer ? `${detail.dataset.error} (${answer.status}).` : detail.dataset.unreachable
  form.closest("sp-keep")?.notice("failed")
  notice.querySelector("[data-retries]").onclick = () => form.requestSubmit(button)
  notice.querySelector("[data-retries]").focus()
}

// The page with what was refused, in the place of this one.
function draw(page) {
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("#main")
  const told = document.querySelector("#told")
  if (told) fresh.querySelector("#told")?.replaceWith(told) // As it stands: nothing moves when it comes again.
  document.querySelector("#main").replaceWith(document.adoptNode(fresh))
  document.dispatchEvent(new Event("sp-drawn"))
  const composer = document.querySelector("#composer")
  const show = () => composer?.scrollIntoView({ block: "end" })
  show()
  composer?.addEventListener("sp-editor-ready", show, { once: true }) // It is taller then.
  if (document.activeElement === document.body) (composer?.querySelector("[aria-invalid=true]:not(textarea)") ?? composer?.querySelector("sp-editor"))?.focus()
}

// After sending: where the page stood is something else now; an answer that leaves is shown while it can be taken back.
if (history.scrollRestoration === "manual") addEventListener("load", () => setTimeout(() => {
  (document.querySelector("sp-leaving") ?? document.querySelector(".conversation > :last-child"))?.scrollIntoView()
  history.scrollRestoration = "auto"
}))

document.addEventListener("sp-editor-ready", ({ target }) => {
  const form = target.closest("form")
  const [usual, way] = [form.querySelector("[data-usual]"), form.querySelector(`[data-way][value="${localStorage.getItem(KEY)}"]`)]
  if (!usual || !way?.value) return
  usual.value = way.value
  usual.replaceChildren(...Array.from(way.childNodes, (it) => it.cloneNode(true)))
})
