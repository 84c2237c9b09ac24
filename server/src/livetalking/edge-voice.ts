/** A voice of Microsoft Edge, LiveTalking's usual ones, begins with its language: `zh-CN-YunxiaNeural`. */
const EDGE = /^([a-z]{2,3}-[A-Z]{2})-\w+Neural$/;

/** The voice that a caller means: one of ours by its name, or for a voice of Edge, which is not here, the one of its language. */
export const voiceNamed = (name: string | undefined): string | undefined =>
  name ? (EDGE.exec(name)?.[1] ?? name) : undefined;
