// Bundled with Vega, as `vegaEmbed`, and run once the page stands.
(() => {
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const signals = { query: "", phase: "", by: "job", unit: "hours", from: 0 };
  const views = {};
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const makeConfig = (width) => {
    const style = getComputedStyle(root);
    const of = (name) => style.getPropertyValue(name).trim();
    const words = { labelColor: of("--front"), titleColor: of("--soft"), labelFontSize: 12 };
    return {
      background: null,
      font: "system-ui, sans-serif",
      axis: { ...words, gridColor: of("--line"), domainColor: of("--line"), tickColor: of("--line") },
      axisY: { labelLimit: width < 600 ? 110 : 260, grid: false },
      legend: { ...words, columns: width < 600 ? 2 : 4 },
      text: { color: of("--front"), fontSize: 12, limit: width - 24 },
    };
  };

  const draw = async () => {
    for (const [name, spec] of Object.entries(specs)) {
      const place = document.getElementById(name);
      if (!place) continue;
      views[name]?.finalize();
      // `ast`: expressions are interpreted, which the page's policy allows; they are never made into code
      views[name] = await vegaEmbed(place, spec, {
        actions: false,
        ast: true,
        renderer: "svg",
        config: makeConfig(place.clientWidth),
        tooltip: { theme: isDark() ? "dark" : "light" },
      });
      await narrow(name);
    }
  };

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

  const narrow = async (name) => {
    const { view } = views[name];
    const known = Object.keys(view.getState().signals);
    for (const [signal, value] of Object.entries(signals)) {
      if (known.includes(signal)) view.signal(signal, value);
    }
    await view.runAsync();
  };

  const bodies = [...document.querySelectorAll("tbody")];
  const filter = () => {
    signals.query = document.getElementById("query").value.trim().toLowerCase();
    signals.phase = document.getElementById("phase").value;
    for (const body of bodies) {
      const { text, phase } = body.dataset;
      body.hidden = !text.includes(signals.query) || (signals.phase && signals.phase !== phase);
    }
    const shown = bodies.filter((body) => !body.hidden).length;
    document.getElementById("count").value = `${shown} of ${bodies.length} runs`;
    Object.keys(views).forEach(narrow);
  };

  const sort = (name, descending) => {
    const value = (body) => body.querySelector(`td[data-name="${name}"]`).dataset.value;
    const numbers = bodies.every((body) => value(body) !== "" && !Number.isNaN(Number(value(body))));
    const compare = (a, b) => (numbers ? value(a) - value(b) : value(a).localeCompare(value(b)));
    bodies.sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
    document.querySelector("table").append(...bodies);
    for (const head of document.querySelectorAll("th")) {
      const own = head.querySelector("button")?.dataset.sort === name;
      if (own) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    document.getElementById("sort").value = name;
  };

  const listen = (element, event, act) => element?.addEventListener(event, act);
  listen(document.getElementById("query"), "input", filter);
  listen(document.getElementById("phase"), "change", filter);
  listen(document.querySelector("form"), "submit", (event) => event.preventDefault());
  listen(document.getElementById("sort"), "change", (event) => sort(event.target.value, true));
  for (const button of document.querySelectorAll("th button")) {
    listen(button, "click", () => {
      const now = button.closest("th").getAttribute("aria-sort");
      sort(button.dataset.sort, now !== "descending");
    });
  }
  for (const choice of document.querySelectorAll("[data-signal]")) {
    listen(choice, "change", () => {
      signals[choice.dataset.signal] = choice.dataset.signal === "from" ? Number(choice.value) : choice.value;
      narrow(choice.dataset.chart);
    });
  }
  listen(document.getElementById("theme"), "click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    draw();
  });
  listen(dark, "change", draw);
  let width = innerWidth;
  listen(window, "resize", () => {
    if (innerWidth !== width) draw();
    width = innerWidth;
  });
  draw();
})();
