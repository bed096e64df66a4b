//! How the browser side hands its file descriptors to the agent side over their one socket.
