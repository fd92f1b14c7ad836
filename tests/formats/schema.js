// schema.js NODE_MODULES SCHEMA: every line of standard input is JSON and fits the schema (JSON Schema 2020-12).
const path = require('path'), fs = require('fs');
const [modules, file] = process.argv.slice(2);
const Ajv = require(path.join(modules, 'ajv', 'dist', '2020')).default;
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true }).compile(JSON.parse(fs.readFileSync(file, 'utf8')));
let bad = 0;
fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).forEach((line, index) => {
    if (!validate(JSON.parse(line)) && bad++ < 5)
        console.log(`line ${index + 1}:`, JSON.stringify(validate.errors.slice(0, 3)));
});
process.exit(bad ? 1 : 0);
