// Prints the errors that AsyncAPI's own parser finds in the document on standard input.
const { Parser } = require("@asyncapi/parser");

const ERROR = 0;
const document = require("fs").readFileSync(0, "utf8");
new Parser().parse(document).then(({ diagnostics }) =>
  console.log(JSON.stringify(diagnostics.filter((found) => found.severity === ERROR))),
);
