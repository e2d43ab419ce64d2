/** `cairn tour`: see src/cli/tour.ts. */
import type { Command } from "commander";
import { playTour } from "../tour.ts";

export function addTourCommand(program: Command): void {
  program
    .command("tour")
    .description("play a five-minute story against a temporary server, with its statements and results")
    .action(() => playTour((text) => void process.stdout.write(text)));
}
