#!/usr/bin/env node
/** The `cairn` executable. */
import { runProgram } from "./cli/program.ts";

process.exitCode = await runProgram(process.argv);
