// One WebSocket of the live stream: one protobuf message per binary frame, both ways.

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ClientMessageSchema, ServerMessageSchema } from "../gen/cobrowse/v1/stream_pb";
import type { LiveSocket, SocketHandlers } from "./backend";

/** Upwards queue that tells of a link that does not move; input beyond it would only act late and blindly. */
const BUFFERED_MAX = 1_000_000;

export function openLiveSocket(address: URL, handlers: SocketHandlers): LiveSocket {
  const url = new URL(address);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  let closed = false;

  function finish() {
    if (closed) return;
    closed = true;
    handlers.onClose();
  }

  socket.onopen = () => handlers.onOpen();
  socket.onmessage = (event: MessageEvent<ArrayBuffer>) => {
    if (closed) return;
    const bytes = new Uint8Array(event.data);
    try {
      handlers.onMessage(fromBinary(ServerMessageSchema, bytes), bytes.length);
    } catch {
      // A message that cannot be read means the two sides disagree; a new stream starts clean.
      socket.close();
      finish();
    }
  };
  socket.onclose = finish;

  return {
    send(message) {
      if (closed || socket.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount > BUFFERED_MAX) {
        socket.close();
        finish();
        return;
      }
      socket.send(toBinary(ClientMessageSchema, message));
    },
    close() {
      closed = true;
      socket.close(1000);
    },
  };
}
