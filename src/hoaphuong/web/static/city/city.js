/* Small comforts on top of pages that work without them. Words come from <body data-word-…>. */
"use strict";

(() => {
  const word = (name) => document.body.dataset[`word${name}`] || "";
  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

  /* Ask before an act that cannot be undone: <form data-confirm="…"> or <button data-confirm="…">. */
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  }, true);

  /* A form sent twice would be two dossiers: the second press of the same button does nothing. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => each(document, "form[data-sent]", (form) => {
    delete form.dataset.sent;
  }));
  document.addEventListener("htmx:afterRequest", (event) => {
    delete event.target.closest?.("form")?.dataset.sent;
  });

  /* How many characters are left, said quietly and only near the end to a screen reader. */
  const countCharacters = (area) => {
    const counter = document.createElement("p");
    counter.className = "counter";
    counter.id = `${area.id || area.name}-counter`;
    const say = () => {
      const left = area.maxLength - area.value.length;
      counter.textContent = word("Left").replace("{n}", left);
      counter.setAttribute("aria-live", left < 50 ? "polite" : "off");
    };
    area.after(counter);
    area.addEventListener("input", say);
    say();
  };

  /* A dropped file goes to the plain input; what was chosen is listed with its size. */
  const listFiles = (drop) => {
    const input = drop.querySelector("input[type=file]");
    if (!input) return;
    const list = document.createElement("ul");
    list.className = "drop-list";
    list.setAttribute("aria-live", "polite");
    drop.append(list);
    const size = (bytes) => {
      const [value, unit] = bytes < 1048576 ? [bytes / 1024, "kB"] : [bytes / 1048576, "MB"];
      return `${value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${unit}`;
    };
    const show = () => {
      list.replaceChildren(...[...input.files].map((file) => {
        const line = document.createElement("li");
        line.textContent = `${file.name} (${size(file.size)})`;
        return line;
      }));
    };
    input.addEventListener("change", show);
    ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    }));
    ["dragleave", "drop"].forEach((name) => drop.addEventListener(name, () => {
      drop.classList.remove("over");
    }));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      const kept = new DataTransfer();
      [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)
        .forEach((file) => kept.items.add(file));
      input.files = kept.files;
      show();
    });
  };

  /* A table shown as cards keeps its meaning: display:block takes the roles away. */
  const keepTableRoles = (table) => {
    table.setAttribute("role", "table");
    each(table, "thead, tbody", (group) => group.setAttribute("role", "rowgroup"));
    each(table, "tr", (row) => row.setAttribute("role", "row"));
    each(table, "thead th", (cell) => cell.setAttribute("role", "columnheader"));
    each(table, "tbody th", (cell) => cell.setAttribute("role", "rowheader"));
    each(table, "td", (cell) => cell.setAttribute("role", "cell"));
  };

  const dress = (root) => {
    each(root, "textarea[maxlength]:not([data-dressed])", (area) => {
      area.dataset.dressed = "";
      countCharacters(area);
    });
    each(root, ".drop:not([data-dressed])", (drop) => {
      drop.dataset.dressed = "";
      listFiles(drop);
    });
    each(root, "table.inbox", keepTableRoles);
    each(root, ".table-scroll", (region) => {
      if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    });
    each(root, "[data-print]", (button) => {
      button.hidden = false;
    });
  };

  dress(document);

  /* Figures that renew themselves leave the reader where they were: what is open stays open. */
  const held = "summary, a, .table-scroll";
  const places = new Map();
  document.addEventListener("htmx:beforeSwap", ({ target }) => {
    if (target.id) places.set(target.id, {
      open: [...target.querySelectorAll("details")].map((one) => one.open),
      across: [...target.querySelectorAll(".table-scroll")].map((one) => one.scrollLeft),
      focus: [...target.querySelectorAll(held)].indexOf(document.activeElement),
    });
  });
  document.addEventListener("htmx:afterSwap", () => places.forEach((place, id) => {
    places.delete(id);
    const fresh = document.getElementById(id);
    if (!fresh) return;
    dress(fresh);
    each(fresh, "details", (one) => { one.open = place.open.shift() || false; });
    each(fresh, ".table-scroll", (one) => { one.scrollLeft = place.across.shift() || 0; });
    fresh.querySelectorAll(held)[place.focus]?.focus({ preventScroll: true });
  }));
  document.querySelector(".error-summary")?.focus();
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    each(document, "details.account[open], details.drawer[open]", (menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  /* Keys for officers. One person's switch turns them all off (WCAG 2.1.4). */
  const help = document.getElementById("shortcuts");
  const toggle = document.getElementById("shortcuts-on");
  const OFF = "hoaphuong-keys-off";
  const remembered = (value) => {
    try {
      if (value === undefined) return localStorage.getItem(OFF);
      if (value) localStorage.setItem(OFF, "yes"); else localStorage.removeItem(OFF);
    } catch { /* a browser that keeps nothing: the keys stay on */ }
    return value;
  };
  if (toggle) {
    toggle.checked = !remembered();
    toggle.addEventListener("change", () => remembered(!toggle.checked));
  }
  const rows = () => [...document.querySelectorAll("[data-rows] > *")];
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains("chosen"));
    const next = Math.min(Math.max(at + step, 0), all.length - 1);
    all[at]?.classList.remove("chosen");
    all[next].classList.add("chosen");
    all[next].querySelector("a")?.focus();
    all[next].scrollIntoView({ block: "nearest" });
  };
  const keys = {
    "/": () => document.querySelector("main input[type=search]")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    Enter: () => document.querySelector("[data-rows] > .chosen a")?.click(),
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (!help || remembered() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    const act = keys[event.key];
    if (!act) return;
    if (event.key !== "Enter" || document.querySelector("[data-rows] > .chosen a")) event.preventDefault();
    act();
  });
  each(document, "[data-open-shortcuts]", (button) => {
    button.hidden = !help;
    button.addEventListener("click", () => help.showModal());
  });
})();
