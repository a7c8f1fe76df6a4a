// A small mark on the rows of tickets that somebody is answering just now.
let answering = {}

function mark() {
  const template = document.querySelector("template[data-answering]")
  for (const row of document.querySelectorAll(".ticket-row")) {
    const subject = row.querySelector(".ticket-row__subject")
    const names = answering[subject?.getAttribute("href")?.split("/").at(-1)]
    const there = row.querySelector(".ticket-row__answering")
    if (!names) { there?.remove(); continue }
    const shown = there ?? template.content.firstElementChild.cloneNode(true)
    shown.title = shown.lastElementChild.textContent = template.dataset.answering.replace("{names}", names.join(", "))
    if (!there) subject.after(shown)
  }
}

document.addEventListener("live:answering", ({ detail }) => { answering = detail.tickets; mark() })
document.addEventListener("live:refreshed", mark)
