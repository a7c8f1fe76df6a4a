// Every form that posts: a second submit before the answer does nothing, so that a double click never sends twice.
document.addEventListener("submit", (event) => {
  const form = event.target
  const target = event.submitter?.getAttribute("formtarget") || form.target
  if (form.method !== "post" || (target && target !== "_self")) return // an answer that appears in a frame leaves the page as it is
  if (form.dataset.sent) return event.preventDefault()
  queueMicrotask(() => {
    if (event.defaultPrevented) return
    form.dataset.sent = "true"
    event.submitter?.setAttribute("aria-busy", "true")
  })
})

// A page that comes back out of the browser's memory may be sent again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy")
})
