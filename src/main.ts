#!/usr/bin/env node
/** The `cairn` command. */
import { createProgram, runProgram } from "./cli/program.ts";

process.exitCode = await runProgram(createProgram(), process.argv.slice(2));
