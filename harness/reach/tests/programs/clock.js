// As clock.c, by the means of Node.
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const monotonic = () => Math.floor(performance.now());
  if (line === "now") {
    console.log(Math.floor(Date.now() / 1000), Math.floor(new Date() / 1000), monotonic());
  }
  if (line === "sleep") {
    const start = monotonic();
    setTimeout(() => console.log(monotonic() - start), 200);
  }
});
