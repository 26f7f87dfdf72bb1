/** Of the fetch of Node, which the server under the console sends with; the browser's types leave it out. */
interface RequestInit {
  duplex?: "half";
}
