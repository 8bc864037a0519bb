import { UsageError, type CommandContext, type OptionSpec } from "./command";

/** The option of every command that changes what cannot be taken back without another command. */
export const yesOption: OptionSpec = { help: "the decision is made: do not ask" };

/** Goes on only if a person decided: by `--yes`, or by typing the word at a terminal. */
export async function requireDecision(context: CommandContext, command: string, word: string): Promise<void> {
    if (context.options.yes === true) return;
    if (!context.ask) {
        throw new UsageError(
            `dr ${command}: this is a person's decision, and there is no terminal to ask on; add --yes`,
        );
    }
    const answer = await context.ask(`Type "${word}" to go on, anything else to stop: `);
    if (answer.trim() !== word) throw new UsageError(`dr ${command}: "${word}" was not typed; nothing was changed`);
}
