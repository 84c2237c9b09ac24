import type { RTCPeerConnection } from 'werift';

/** RFC 5246, 7.2: an alert, a warning, that the connection is closed. */
const ALERT = 21;
const CLOSE_NOTIFY = Buffer.from([1, 0]);
const HEAD_BYTES = 13;

/** Tells a peer that the connection is about to be closed, which the library does not: it would find out by missing us, after 30 s. */
export async function sayGoodbye({ dtlsTransports }: RTCPeerConnection): Promise<void> {
  for (const { dtls, state } of dtlsTransports) {
    if (!dtls || state !== 'connected') continue;
    const { version, epoch } = dtls.dtls;
    const sequenceNumber = ++dtls.dtls.recordSequenceNumber;
    const header = { type: ALERT, version: (version.major << 8) | version.minor, epoch, sequenceNumber };
    const content = dtls.cipher.cipher.encrypt(dtls.sessionType, CLOSE_NOTIFY, header);
    const record = Buffer.alloc(HEAD_BYTES + content.length); // RFC 6347, 4.1
    record.writeUInt8(ALERT, 0);
    record.writeUInt16BE(header.version, 1);
    record.writeUInt16BE(epoch, 3);
    record.writeUIntBE(sequenceNumber, 5, 6);
    record.writeUInt16BE(content.length, 11);
    record.set(content, HEAD_BYTES);
    await dtls.transport.send(record);
  }
}
