/**
 * Keeps onnxruntime from reporting to its makers. From version 1.29 on its builds for Linux and macOS write a device
 * identifier into the user's cache and send events (names and hashes of models among them) unless this variable is set
 * before the library is loaded: import this file before it.
 */

process.env.ORT_DISABLE_TELEMETRY = '1';
