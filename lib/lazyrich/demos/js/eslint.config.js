// Rules for the JavaScript of the demos and of the gallery; tests/lib/demos/test_lint.py runs them.

export default [
  {
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    rules: {
      semi: ["error", "always"],
      quotes: ["error", "double", { avoidEscape: true, allowTemplateLiterals: true }],
      "prefer-const": ["error", { destructuring: "all" }],
      "no-var": "error",
      eqeqeq: "error",
      "no-dupe-keys": "error",
      "no-unreachable": "error",
      "no-unused-vars": ["error", { args: "none" }],
      "no-redeclare": "error",
    },
  },
];
