// Reads each message N.eml of a folder with mailparser and compares it with N.json.
// Prints one line for each difference, and the number of messages.
const fs = require("fs");
const path = require("path");
const { simpleParser } = require(path.join(process.argv[3], "node_modules", "mailparser"));
const libmime = require(path.join(process.argv[3], "node_modules", "libmime")); // mailparser leaves custom fields encoded

const plain = (text) => text.replace(/\r\n/g, "\n").replace(/\n+$/, "");
const addresses = (field) => (field ? field.value.filter((a) => a.address).map((a) => [a.name, a.address]) : []);

async function main(folder) {
  const files = fs.readdirSync(folder).filter((name) => name.endsWith(".eml")).sort();
  for (const name of files) {
    const want = JSON.parse(fs.readFileSync(path.join(folder, name.replace(/eml$/, "json")), "utf8"));
    const m = await simpleParser(fs.readFileSync(path.join(folder, name)), { skipHtmlToText: true, skipTextToHtml: true });
    const got = {
      subject: m.subject ?? "",
      value: m.headers.has("x-value") ? libmime.decodeWords(m.headers.get("x-value")) : null,
      text: m.text === undefined ? null : plain(m.text),
      html: m.html ? plain(m.html) : null,
      to: addresses(m.to),
      cc: addresses(m.cc),
      files: m.attachments.map((a) => [a.filename, a.contentType, plain(a.content.toString("utf8"))]),
    };
    for (const key of Object.keys(got)) {
      if (JSON.stringify(got[key]) !== JSON.stringify(want[key])) {
        console.log(`${name}: ${want.name}: ${key} is ${JSON.stringify(got[key])}, want ${JSON.stringify(want[key])}`);
      }
    }
  }
  console.log(`judged ${files.length}`);
}

main(process.argv[2]);
