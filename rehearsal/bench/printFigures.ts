import { formatNumber } from "../../report/format";
import { table } from "../../report/text";
import { isWithin, summarise, type Figure } from "./figure";

const columns = [
    { title: "figure" },
    { title: "median", align: "right" },
    { title: "min – max", align: "right" },
    { title: "limit", align: "right" },
    { title: "" },
] as const;

/** The figures as lines at most 80 columns wide, under the command that makes them. */
export function figureLines(figures: readonly Figure[]): string[] {
    const commands = [...new Set(figures.map((figure) => figure.command))];
    return commands.flatMap((command) => [
        "",
        command,
        ...table(columns, figures.filter((figure) => figure.command === command).map(row)),
    ]);
}

function row(figure: Figure): string[] {
    const { median, min, max } = summarise(figure.samples);
    const show = (value: number) => formatNumber(Number(value.toPrecision(3)));
    const limit = figure.limit === undefined ? "" : `≤ ${show(figure.limit)} ${figure.unit}`;
    const within = isWithin(figure);
    return [
        figure.title,
        `${show(median)} ${figure.unit}`,
        `${show(min)} – ${show(max)}`,
        limit,
        within === undefined ? "" : within ? "kept" : "MISSED",
    ];
}
