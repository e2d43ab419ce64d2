/** Reads temporal values from text of our own making: all digits present, six of them after the point. */
import { DateTime, MICROS_PER_SECOND } from "./datetime.ts";

/** `YYYY-MM-DD hh:mm:ss.ffffff` */
export function readFixedDateTime(text: string): DateTime {
  return new DateTime(
    Number(text.slice(0, 4)),
    Number(text.slice(5, 7)),
    Number(text.slice(8, 10)),
    Number(text.slice(11, 13)),
    Number(text.slice(14, 16)),
    Number(text.slice(17, 19)),
    Number(text.slice(20, 26)),
  );
}

/** `[-]h…h:mm:ss.ffffff` as signed microseconds */
export function readFixedTime(text: string): number {
  const negative = text.startsWith("-");
  const [hours = "0", minutes = "0", seconds = "0"] = (negative ? text.slice(1) : text).split(":");
  const micros =
    (Number(hours) * 3600 + Number(minutes) * 60) * MICROS_PER_SECOND +
    Math.round(Number(seconds) * MICROS_PER_SECOND);
  return negative ? -micros : micros;
}
