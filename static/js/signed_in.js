"use strict";
/* Tells the tab that waits that one is signed in again. */
new BroadcastChannel("provision-map").postMessage("signed in");
