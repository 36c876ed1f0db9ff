import { Deck, OrbitView, OrthographicView } from "@deck.gl/core";
import { IconLayer, PointCloudLayer, ScatterplotLayer } from "@deck.gl/layers";
import { mount } from "svelte";
import App from "./App.svelte";

mount(App, { target: document.getElementById("app")! });
console.log(Deck, OrthographicView, OrbitView, ScatterplotLayer, IconLayer, PointCloudLayer);
