// The Lambda runtime's part: loads a handler and runs it when asked. The SDK is the project's own, as Lambda brings one.
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

registerHooks({
    resolve(specifier, context, next) {
        return next(
            specifier,
            specifier.startsWith("@aws-sdk/") ? { ...context, parentURL: import.meta.url } : context,
        );
    },
});

const [, , file, exported] = process.argv;
const { [exported]: handler } = await import(pathToFileURL(file).href);

process.on("message", async ({ now }) => {
    // The world's time, for code that asks what time it is.
    Date.now = () => now;
    try {
        process.send({ result: await handler({}) });
    } catch (error) {
        process.send({ error: error.message });
    }
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });
