import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { noPictureReason, pictureFormat } from "./pictureFormat.ts";

const text = (content: string): Uint8Array => Buffer.from(content, "latin1");
const box = (brand: string, ...compatible: string[]): Uint8Array =>
  text(`\0\0\0${String.fromCharCode(16 + 4 * compatible.length)}ftyp${brand}\0\0\0\0${compatible.join("")}`);

describe("pictureFormat", () => {
  it.each(["png", "jpeg", "webp", "gif", "tiff", "avif"] as const)(
    "knows the %s that sharp writes",
    async (format) => {
      const bytes = await sharp({ create: { width: 3, height: 2, channels: 3, background: "#123456" } })
        .toFormat(format)
        .toBuffer();
      expect(pictureFormat(bytes)).toEqual({
        name: { webp: "WebP" }[format as string] ?? format.toUpperCase(),
        read: true,
      });
    },
  );

  it.each([
    ["P5\n# a comment\n2 2\n255\nabcd", "PNM"],
    ["P1 2 2 0 1 1 0", "PNM"],
    ['<?xml version="1.0"?><!-- drawn --><svg width="2"/>', "SVG"],
    ["\ufeff <svg>".replace("\ufeff", "\xef\xbb\xbf"), "SVG"],
  ])("knows %j", (content, name) => {
    expect(pictureFormat(text(content))).toEqual({ name, read: true });
  });

  it.each([
    [box("heic", "mif1"), "HEIC"],
    [box("mif1", "heic"), "HEIC"],
    [box("mif1"), "HEIF"],
    [text("\0\0\0\x0cJXL \r\n"), "JPEG XL"],
    [text("8BPS\0\x01"), "Photoshop (PSD)"],
    [text(`${"\0".repeat(128)}DICM`), "DICOM"],
  ])("knows what is not read: %#", (bytes, name) => {
    expect(pictureFormat(bytes)).toEqual({ name, read: false });
    expect(noPictureReason(bytes)).toBe(`is ${name}, which is not read: save it as JPEG or PNG`);
  });

  it.each([
    [
      "BMW is a make of cars, and this is a text of more than twenty-six letters",
      /^is no picture that can be read/,
    ],
    ["P5 is a name of a processor", /^is no picture that can be read/],
    ["<!DOCTYPE html><html><svg></svg></html>", /^is a web page/],
    ["version https://git-lfs.github.com/spec/v1\noid sha256:00", /^is a pointer of Git LFS/],
    ["", /^is an empty file, no picture$/],
  ])("says of %j that it is none", (content, reason) => {
    expect(pictureFormat(text(content))).toBeNull();
    expect(noPictureReason(text(content))).toMatch(reason);
  });
});
