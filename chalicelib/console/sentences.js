// What goes on in the queue, in words: { title, detail, error } for each kind of situation.
import { attempts, moment, named, number, requests, seconds, span } from "./format.js";

/** @param locked whether an administrator has paused the queue */
export function sentences(situation, queue, now, locked) {
  return wordings[situation.kind]?.({ ...situation, ...names(situation), queue, now, locked }) ?? unknown(situation);
}

const names = ({ seq, request }) => ({ name: seq === null ? "" : named(seq, request?.type) });

const waiting = (behind) => (behind > 0 ? ` ${number(behind)} ${behind === 1 ? "waits" : "wait"} behind it.` : "");

/** "Attempt 2 of 3", as far as the number of attempts is known. */
const attempt = ({ attempts: made, max_attempts: most }) => `attempt ${number(made)}${most ? ` of ${number(most)}` : ""}`;

const wordings = {
  empty: ({ queue }) => ({
    title: queue.tail > 0 ? "The history was deleted" : "Nothing has been sent yet",
    detail: `Send a request and it is added to the queue with number ${number(queue.tail + 1)}.`,
  }),

  idle: ({ queue: { counts } }) => ({
    title: "All done",
    detail: [
      `${number(counts.succeeded)} succeeded`,
      `${number(counts.failed)} failed`,
      ...(counts.cancelled ? [`${number(counts.cancelled)} cancelled`] : []),
      ...(counts.expired ? [`${number(counts.expired)} expired`] : []),
    ].join(", ") + ".",
  }),

  starting: ({ name, behind }) => ({ title: `${name} is about to start`, detail: waiting(behind).trim() }),

  unattended: ({ name, behind }) => ({
    title: `${name} waits for a worker`,
    detail: `No worker was started yet; this is corrected within about a minute.${waiting(behind)}`,
  }),

  running: ({ name, request, since, until, behind, now }) => ({
    title: `${name} is running`,
    detail: [
      since ? `For ${seconds(now - since) === "–" ? "less than 1 s" : seconds(now - since)}${limit(since, until)}.` : "",
      request?.stop_requested_at ? " It was asked to stop." : "",
      request?.attempts > 1 ? ` This is ${attempt(request)}.` : "",
      waiting(behind),
    ].join("").trim(),
  }),

  retrying: ({ name, request, error, until, behind, now }) => ({
    title: request ? `${name}: ${attempt(request)} failed` : `${name} is tried again`,
    detail: `Next try ${soon(until, now)}.${waiting(behind)}`,
    error: error?.message,
  }),

  scheduled: ({ name, until, behind, now }) => ({
    title: until ? `${name} waits until ${moment(until)}` : `${name} waits for its time`,
    detail: `It starts ${soon(until, now)}.${waiting(behind)}`,
  }),

  sleeping: ({ name, until, behind, now }) => ({
    title: until ? `${name} sleeps until ${moment(until)}` : `${name} sleeps`,
    detail: `Its handler has asked for that, and goes on ${soon(until, now)}.${waiting(behind)}`,
  }),

  awaiting: ({ name, until, behind, now }) => ({
    title: `${name} waits for a signal`,
    detail: `Its handler goes on when the signal comes${until ? `, and gives up ${soon(until, now)}` : ""}.${waiting(behind)}`,
  }),

  paced: ({ name, until, behind, now }) => ({
    title: `${name} waits for its turn at the rate of its type`,
    detail: `It starts ${soon(until, now)}.${waiting(behind)}`,
  }),

  paused: ({ queue, locked }) => ({
    title: locked ? "Paused by an administrator" : "Paused",
    detail: [
      queue.running !== null ? `${named(queue.running)} goes on to its end. ` : "",
      queue.depth > 0 ? `${requests(queue.depth)} ${queue.depth === 1 ? "waits" : "wait"}.` : "Nothing waits.",
      locked ? " Only an administrator can resume it." : "",
    ].join(""),
  }),

  halted: ({ name, request, error, behind }) => ({
    title: request ? `${name} failed after ${attempts(request.attempts)}` : `${name} has failed`,
    detail: `The queue is halted until you decide.${waiting(behind)}`,
    error: error?.message,
  }),

  held: ({ name, error, behind }) => ({
    title: `${name} waits for another version of the service`,
    detail: `The version in use cannot carry it out. The queue goes on by itself with one that can.${waiting(behind)}`,
    error: error?.message,
  }),

  hole: ({ seq, behind }) => ({
    title: `Number ${number(seq)} was given out, but its request has not arrived`,
    detail: `After a few seconds the queue goes on without it.${waiting(behind)}`,
  }),
};

/** A reason that a newer service gives. */
const unknown = ({ kind, seq }) => ({ title: `${named(seq)} waits`, detail: `Reason: ${kind}.` });

const limit = (since, until) => (until > since ? `, at most ${span(Math.round((until - since) / 1000))}` : "");

const soon = (until, now) => (until && until - now >= 500 ? `in ${seconds(until - now)}` : "any moment");
