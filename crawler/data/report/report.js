// What the HTML report can do beside being read: choose, sort, copy. It makes no markup, and what it
// says comes from the page, in the page's language. Without it everything is there all the same.
"use strict";

(() => {
  const ROW_HEIGHT = 31; // pixels, about: for the scroll bar alone
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const figure = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const fill = (words, ...values) => words.replace(/%([12])/g, (_, hole) => values[hole - 1]);

  copying();
  if ($("#controls")) choosing($("#controls"));

  function copying() {
    for (const button of $$("button.copy")) button.hidden = false;
    document.addEventListener("click", async (event) => {
      const button = event.target.closest("button.copy");
      if (!button) return;
      const label = button.firstChild;
      const before = button.dataset.before ??= label.data;
      await copied(button.dataset.copy);
      label.data = button.dataset.done;
      setTimeout(() => (label.data = before), 1500);
    });
  }

  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // a page that is neither https nor a file, or a browser that forbids it
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }

  function choosing(form) {
    const fields = ["q", "kind", "host", "in", "sort"].map((name) => form.elements[name]);
    const output = $("#shown");
    const parts = $$(".part").map((node) => ({ node, body: $("tbody", node), rows: $$("tbody tr", node) }));
    const sections = $$("section.entries").map(sectionOf);
    const rows = parts.flatMap((part) => part.rows).map((node) => linkOf(node, () => node.textContent));
    const entries = sections.flatMap((section) => section.entries);
    const every = [...rows, ...entries];
    const counted = rows.length ? rows : entries;
    let sorted = "worst";

    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => changed()));
    form.addEventListener("input", () => changed());
    // What all links say is read before the first letter is typed.
    form.addEventListener("focusin", () => every.forEach((link) => link.text), { once: true });
    addEventListener("hashchange", () => follow());
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, select, textarea");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        form.elements.q.focus();
      } else if (event.key === "Escape" && event.target === form.elements.q) {
        form.elements.q.value = "";
        changed();
      }
    });
    follow();

    function sectionOf(node) {
      const groups = $$("ol", node)
        .filter((list) => list.parentNode === node)
        .map((list) => ({ list, title: list.previousElementSibling, items: [...list.children] }));
      const entries = groups.flatMap((group) => group.items).map((item) => linkOf(item, () =>
        [...item.children].filter((child) => !child.matches(".evidence")).map((child) => child.textContent).join(" ")));
      const number = $("h2 .number", node);
      return { node, groups, entries, number, all: number.textContent };
    }

    // What is asked of a link is read when it is first asked, for there may be very many.
    function linkOf(node, words) {
      let text, host;
      return {
        node,
        kind: node.dataset.kind ?? "",
        documents: ` ${node.dataset.in ?? ""} `,
        since: node.dataset.since ?? "",
        shown: true,
        get text() { return (text ??= words().toLowerCase()); },
        get host() { return (host ??= node.dataset.host ?? hostOf(node)); },
      };
    }

    function hostOf(node) {
      return $("a.url", node)?.textContent.match(/^https?:\/\/([^/?#]+?)(?::\d+)?(?:[/?#]|$)/)?.[1] ?? "";
    }

    function changed() {
      remember();
      show();
    }

    function show() {
      const [q, kind, host, document_, order] = fields.map((field) => field.value);
      const words = q.toLowerCase().split(/\s+/).filter(Boolean);
      const number = fields[3].selectedOptions[0]?.dataset.number;
      for (const link of every) {
        const fits = (!kind || link.kind === kind) && (!host || link.host === host)
          && (!document_ || link.documents.includes(` ${number} `))
          && words.every((word) => link.text.includes(word));
        if (fits !== link.shown) link.node.hidden = !(link.shown = fits);
      }
      if (order !== sorted) sort((sorted = order));
      count(words.length > 0 || Boolean(kind || host || document_));
      for (const figure of $$("[data-choose]")) {
        if (figure.dataset.choose === kind) figure.setAttribute("aria-current", "true");
        else figure.removeAttribute("aria-current");
      }
    }

    function count(chosen) {
      const shown = counted.filter((link) => link.shown).length;
      output.textContent = fill(output.dataset.words, figure(shown), figure(counted.length));
      $("#nothing").hidden = shown > 0;
      for (const section of sections) {
        const here = section.entries.filter((link) => link.shown).length;
        section.node.hidden = here === 0;
        section.number.textContent = chosen ? fill(output.dataset.of, figure(here), section.all) : section.all;
        for (const { list, title } of section.groups) {
          list.hidden = ![...list.children].some((item) => !item.hidden);
          if (title.matches("h3")) title.hidden = list.hidden || sorted !== "worst";
        }
      }
      for (const part of parts) {
        const here = part.rows.reduce((sum, row) => sum + !row.hidden, 0);
        part.node.style.containIntrinsicSize = `none ${here * ROW_HEIGHT}px`; // if there are many
        if (part.node.hidden && here && parts.length > 5) later(part.node);
        part.node.hidden = here === 0;
      }
    }

    // Else the browser would lay out whatever comes back, before it knows what of it will be seen.
    function later(node) {
      node.style.contentVisibility = "hidden";
      requestAnimationFrame(() => requestAnimationFrame(() => (node.style.contentVisibility = "")));
    }

    function sort(order) {
      for (const section of sections) {
        if (order === "worst") for (const group of section.groups) group.list.append(...group.items);
        else section.groups[0].list.append(...inOrder(section.entries, order).map((link) => link.node));
      }
      const nodes = inOrder(rows, order).map((link) => link.node);
      for (const part of parts) {
        part.rows = nodes.splice(0, part.rows.length);
        part.body.append(...part.rows);
      }
    }

    function inOrder(links, order) {
      if (order === "host") return by(links, (link) => link.host.split(".").reverse().join("."));
      if (order === "document") return by(links, (link) => parseInt(link.documents.trim() || 0, 10));
      if (order === "since") return by(links, (link) => link.since, -1); // what is well comes last
      return links;
    }

    function by(links, key, up = 1) {
      const keyed = links.map((link, index) => ({ link, index, key: key(link) }));
      keyed.sort((one, other) => (one.key < other.key ? -up : one.key > other.key ? up : one.index - other.index));
      return keyed.map(({ link }) => link);
    }

    // The address of the page keeps what is chosen: #kind=broken&host=example.org
    function remember() {
      const said = new URLSearchParams();
      for (const field of fields) {
        if (field.value && field.value !== "worst") said.set(field.name, field.value);
      }
      try {
        history.replaceState(null, "", `#${said}`);
      } catch { /* a page without an address of its own */ }
    }

    function follow() {
      if (location.hash && !location.hash.includes("=")) {
        const target = document.getElementById(location.hash.slice(1));
        if (target?.closest("[hidden]")) {
          form.reset();
          target.scrollIntoView();
        }
        return;
      }
      const said = new URLSearchParams(location.hash.slice(1));
      for (const field of fields) {
        const value = said.get(field.name) ?? "";
        field.value = value || (field.name === "sort" ? "worst" : "");
        if (field.value !== value && value) choose(field, value);
      }
      show();
    }

    // A host, or a document, that is not among those of the list.
    function choose(field, value) {
      const option = document.createElement("option");
      option.value = option.textContent = value;
      field.append(option);
      field.value = value;
    }
  }
})();
