import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["node_modules/", "**/policies/dist/", "rehearsal/out/"] },
    js.configs.recommended,
    ...tseslint.configs.recommended,
    {
        files: ["**/*.ts"],
        rules: {
            // The engine's exported state and chart values are open JSON by nature.
            "@typescript-eslint/no-explicit-any": "off",
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
            "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
            eqeqeq: "error",
        },
    },
    { files: ["**/*.mjs"], languageOptions: { globals: { process: "readonly", console: "readonly" } } },
    // Data flows one way (design, section 2): a component knows nothing of phases, policies or the rehearsal.
    {
        files: ["components/**/*.ts"],
        rules: {
            "no-restricted-imports": [
                "error",
                { patterns: ["**/stacks/*", "**/policies/*", "**/rehearsal/*", "**/operate/*"] },
            ],
        },
    },
    {
        files: ["infra/**/*.ts", "stacks/**/*.ts"],
        rules: {
            "no-restricted-imports": ["error", { patterns: ["**/policies/*", "**/rehearsal/*", "**/operate/*"] }],
        },
    },
);
